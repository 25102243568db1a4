"""Everything that a release folder holds, as bytes: the same for the same source and variant, on any machine that has the
versions of constraints.txt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import variants
from autograder.course.folders import MANIFEST
from autograder.course.variants import Recipe
from autograder.errors import AssignmentError
from autograder.release import notebook, requirements, wheel
from autograder.release.leaks.scan import Finding, staff_file
from autograder.version import __version__

DATA = "DATA.md"
REQUIREMENTS = "requirements.txt"
SCHEMA = 1
CLUTTER = (".ipynb_checkpoints", "__pycache__")
TOOLS = ("nbformat", "nbgrader", "hatchling")  # what the bytes of a release depend on besides the source


@dataclass(frozen=True)
class Release:
    """`files`: name -> bytes, all of the folder. `document`: the student's notebook in them."""

    assignment: str
    source: Path
    variant: int | None
    document: Mapping[str, Any]
    files: Mapping[str, bytes]


def build(
    course: Path,
    name: str,
    source: Path,
    data: bytes,
    document: Mapping[str, Any],
    recipe: Recipe,
    variant: int | None,
    more: Mapping[str, bytes] | None = None,
) -> Release:
    """Make the release of an assignment; write nothing into the course. Raises CourseError or UsageError.

    name       the assignment's
    source     the source notebook
    data       the source notebook's file
    document   the student's notebook as JSON
    recipe     release.toml, read
    variant    the seed of this term's variant; None: the source as it stands
    more       further files, by name: the fingerprints of known mistakes
    """
    wheel_name, wheel_bytes = wheel.build(course)
    notes = variants.apply(_data_notes(source), recipe.pick(variant))
    files = {
        f"{source.stem}.ipynb": notebook.written(document),
        DATA: notes.encode(),
        REQUIREMENTS: requirements.requirements(wheel_name, wheel_bytes, course).encode(),
        wheel_name: wheel_bytes,
        **{each: _besides(source, each) for each in recipe.files},
        **(more or {}),
    }
    files[MANIFEST] = _manifest(name, source.name, data, variant, files, requirements.pins(course))
    return Release(name, source, variant, document, files)


def beside_the_source(source: Path, recipe: Recipe) -> list[Finding]:
    """Return the files beside the source notebook that nobody has declared, or that are staff's by their name."""
    expected = {source.name, DATA, variants.FILE, *recipe.files}
    found = []
    for path in sorted(source.parent.iterdir()):
        if path.name in CLUTTER or path.name.startswith(".") or path.suffix == ".pyc":
            continue
        shown = f"{source.parent.name}/{path.name}"
        if path.name not in expected:
            remedy = (
                f'Move it elsewhere; if students need it, say files = ["{path.name}"] in {variants.FILE}.'
            )
            found.append(Finding(shown, None, "A file beside the notebook that is not declared.", remedy))
        elif path.name in recipe.files and staff_file(path.name):
            remedy = f"Take it out of {variants.FILE} and move it elsewhere, or give it another name."
            found.append(Finding(shown, None, "By its name this file is staff's.", remedy))
    return found


def _data_notes(source: Path) -> str:
    path = source.parent / DATA
    if not path.is_file():
        raise AssignmentError(
            "There are no data notes.",
            remedy="Write which data students get, from where, under which licence, and how much.",
            file=str(path),
        )
    return path.read_text(encoding="utf-8")


def _besides(source: Path, name: str) -> bytes:
    path = source.parent / name
    if not path.is_file() or path.is_symlink():
        raise AssignmentError(
            "A declared file is not there.", remedy=f"Put it there, or mend {variants.FILE}.", file=str(path)
        )
    return path.read_bytes()


def _manifest(
    name: str,
    file: str,
    source: bytes,
    variant: int | None,
    files: Mapping[str, bytes],
    pins: Mapping[str, str],
) -> bytes:
    manifest = {
        "schema": SCHEMA,
        "assignment": name,
        "variant": variant,
        "source": {"file": file, "sha256": _sha256(source)},
        "files": {each: {"sha256": _sha256(data), "bytes": len(data)} for each, data in files.items()},
        "versions": {"fewlabels": __version__, **_of(pins, TOOLS)},
    }
    return (json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _of(pins: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: pins[name] for name in names if name in pins}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
