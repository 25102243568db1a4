"""requirements.txt of a release: the wheel, and an exact version of everything that it needs.

The versions are those of constraints.txt, with which the tests pass. What a package needs is read from the packages
installed here; what constraints.txt does not name (drivers that come with torch, for example) is left to pip.
"""

from __future__ import annotations

import importlib.metadata
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.course.folders import ROOT
from autograder.errors import CourseError

CONSTRAINTS = "constraints.txt"
HEAD = """\
# Install in this folder:  python -m pip install -r requirements.txt
# These are the versions that your notebook is graded with.
"""


def requirements(wheel_name: str, wheel: bytes, course: Path) -> str:
    """Write requirements.txt: the wheel, and the pinned versions of all that it needs.

    wheel_name, wheel   the wheel's file name and bytes
    course              the course directory, for its own constraints.txt

    Raises CourseError where a version is not pinned.
    """
    pinned = pins(course)
    direct = _needs(_metadata(wheel))
    missing = [each for each in direct if each not in pinned]
    if missing:
        raise CourseError(
            f"{', '.join(missing)} has no exact version.",
            remedy="Pin it: NAME==VERSION.",
            file=str(_file(course)),
        )
    lines = [f"{name}=={pinned[name]}" for name in sorted(_closure(direct, pinned))]
    return HEAD + "\n".join([f"./{wheel_name}", *lines]) + "\n"


def pins(course: Path) -> dict[str, str]:
    """Return package -> exact version, of the course's own constraints.txt or else of the checkout's."""
    lines = _file(course).read_text(encoding="utf-8").splitlines()
    found = (line.split("#")[0].strip().partition("==") for line in lines)
    return {canonicalize_name(name): version for name, _, version in found if version}


def _file(course: Path) -> Path:
    own = course / CONSTRAINTS
    return own if own.is_file() else ROOT / CONSTRAINTS


def _metadata(wheel: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return BytesParser().parsebytes(archive.read(name)).get_all("Requires-Dist") or []


def _closure(direct: Iterable[str], pins: Mapping[str, str]) -> set[str]:
    """The pinned packages among `direct` and everything that these need."""
    found: set[str] = set()
    waiting = list(direct)
    while waiting:
        name = waiting.pop()
        if name in found or name not in pins:
            continue
        found.add(name)
        waiting.extend(_needs(_required_by(name)))
    return found


def _required_by(name: str) -> list[str]:
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _needs(lines: Iterable[str]) -> list[str]:
    return list(_needed(lines))


def _needed(lines: Iterable[str]) -> Iterator[str]:
    """Names of what is needed without extras: on any system, so that the file is the same wherever it is made."""
    for line in lines:
        requirement = Requirement(line)
        if requirement.marker is None or "extra" not in str(requirement.marker):
            yield canonicalize_name(requirement.name)
