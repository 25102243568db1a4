"""The student wheel: what hatchling makes of pyproject.toml, repacked so that the same files give the same bytes.

Entries are sorted, stored without compression (compressors differ between machines) and bear one fixed time. A course's
own public checks go in beside ours; the version then says so, because pip replaces a wheel only by another version.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course.folders import ROOT
from autograder.errors import CourseError, UsageError
from autograder.laws import registry
from autograder.runner import kept_inputs
from autograder.runner.drawing import draw
from autograder.runner.plans import STUDENTS
from autograder.student.in_kernel import INPUTS

TIME = (2020, 2, 2, 0, 0, 0)  # hatchling's own, for reproducible builds
EPOCH = "1580601600"  # the same, in seconds
CLUTTER = ("__pycache__", ".ipynb_checkpoints")


def build(course: Path) -> tuple[str, bytes]:
    """Build the wheel that students of `course` install; return (file name, bytes).

    Raises UsageError where something to build it with is missing, CourseError where the build fails.
    """
    _ready()
    files = _built()
    own = course_checks(course)
    counts = {f"autograder/checks/{registry.ASKED_IN_GRADING}": _asked_in_grading(course)}
    files |= own | counts | _inputs(course)
    return packed(files, _label(own | counts if own or (course / "hidden").is_dir() else {}))


def _asked_in_grading(course: Path) -> bytes:
    """How many laws wait for students behind the public ones, for each exercise: numbers, and nothing else of them."""
    registry.use(course)
    found = {name: registry.asked_in_grading(name) for name in registry.assignments()}
    return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode()


def _inputs(course: Path) -> dict[str, bytes]:
    """What public checks draw for students, so that the first `check` in a notebook waits for none of it."""
    registry.use(course)
    kept = kept_inputs.of_course(course)
    found = {}
    for name in registry.assignments():
        for check in registry.load(name):
            where = kept_inputs.shipped_key(check, STUDENTS)
            if where is None:
                continue
            drawn = kept.read(check, STUDENTS)
            if drawn is None:
                drawn = draw(check, STUDENTS)
                kept.keep(check, STUDENTS, drawn)
            raw = kept_inputs.dumps(drawn, where)
            if raw is not None:
                found[f"autograder/student/{INPUTS}/{where}{kept_inputs.SUFFIX}"] = raw
    return found


def course_checks(course: Path) -> dict[str, bytes]:
    """Return the course's own public checks, by their names in the wheel."""
    folder = course / "checks"
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    kept = [path for path in paths if not set(path.relative_to(folder).parts) & set(CLUTTER)]
    return {f"autograder/checks/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in kept}


def packed(files: dict[str, bytes], label: str = "") -> tuple[str, bytes]:
    """Pack these files into a wheel, of which the `.dist-info` ones name project and version."""
    (old,) = {name.split("/")[0] for name in files if ".dist-info/" in name}
    project, _, version = old.removesuffix(".dist-info").partition("-")
    new = f"{project}-{version}{label}.dist-info"
    inside = {name.replace(old, new, 1): _relabelled(name, data, label) for name, data in files.items()}
    inside.pop(f"{new}/RECORD", None)
    lines = [f"{name},sha256={_digest(inside[name])},{len(inside[name])}" for name in sorted(inside)]
    record = "\n".join([*lines, f"{new}/RECORD,,"]) + "\n"
    return f"{project}-{version}{label}-py3-none-any.whl", _zipped(
        {**inside, f"{new}/RECORD": record.encode()}
    )


def _relabelled(name: str, data: bytes, label: str) -> bytes:
    if name.endswith(".dist-info/WHEEL"):
        return re.sub(rb"(?m)^Generator: .*$", b"Generator: fewlabels", data)
    if name.endswith(".dist-info/METADATA") and label:
        return re.sub(rb"(?m)^(Version: .*)$", rb"\g<1>" + label.encode(), data, count=1)
    return data


def _label(own: dict[str, bytes]) -> str:
    if not own:
        return ""
    whole = hashlib.sha256()
    for name in sorted(own):
        whole.update(name.encode() + b"\0" + hashlib.sha256(own[name]).digest())
    return f"+course.{whole.hexdigest()[:12]}"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda each: (".dist-info/" in each, each)):
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = 3  # as on Unix, also where it is not
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _ready() -> None:
    if not (ROOT / "pyproject.toml").is_file():
        raise UsageError(
            "The student wheel is built from the checkout of fewlabels, and this installation is none.",
            remedy='Clone the repository and install it with pip install -e ".[staff]".',
            file=str(ROOT),
        )
    missing = [name for name in ("build", "hatchling") if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"The student wheel cannot be built: {' and '.join(missing)} not installed.",
            remedy='Run pip install -e ".[staff]" -c constraints.txt once; releasing then needs no network.',
        )


def _built() -> dict[str, bytes]:
    """name -> bytes of what hatchling puts into the wheel, without an isolated environment and so without a network."""
    from build import BuildBackendException, ProjectBuilder

    with tempfile.TemporaryDirectory() as folder:
        try:
            path = ProjectBuilder(ROOT, runner=_quietly).build("wheel", folder)
        except (BuildBackendException, subprocess.CalledProcessError) as error:
            told = getattr(error, "output", None) or str(error)
            raise CourseError(
                f"The student wheel cannot be built ({_last(told)}).",
                remedy=f"Run python -m build --wheel --no-isolation in {ROOT}; it says more.",
                file=str(ROOT / "pyproject.toml"),
            ) from None
        with zipfile.ZipFile(path) as archive:
            return {each.filename: archive.read(each) for each in archive.infolist() if not each.is_dir()}


def _quietly(
    cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
) -> None:
    environment = {**os.environ, **(extra_environ or {}), "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(cmd, cwd=cwd, env=environment, check=True, capture_output=True, text=True)


def _last(text: str | bytes) -> str:
    lines = (text.decode(errors="replace") if isinstance(text, bytes) else text).strip().splitlines()
    return lines[-1] if lines else "no reason given"
