"""The student package: the part of `autograder` that students install, and all of it that the jail sees.

The wheel is an include-list of the same files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import autograder

PACKAGE = Path(autograder.__file__).resolve().parent
# students cannot use these, and hostile code in the jail has no business to read them
STAFF = frozenset({"certify", "classroom", "exports", "hidden", "nbgrader_bridge", "release", "report"})


def files(package: Path = PACKAGE) -> tuple[str, ...]:
    """Return the files of the student package, relative to the package's parent ("autograder/model.py", ...), sorted."""
    return tuple(sorted(path.relative_to(package.parent).as_posix() for path in _walk(package)))


def unpack(into: Path, package: Path = PACKAGE) -> Path:
    """Copy the student package below `into`, readable by everyone; return the directory that goes on `sys.path`."""
    for name in files(package):
        target = into / name
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copyfile(package.parent / name, target)
        target.chmod(0o644)
    for directory in (into, *into.rglob("*")):
        if directory.is_dir():
            directory.chmod(0o755)
    return into


def _walk(package: Path) -> Iterator[Path]:
    for path in package.rglob("*"):
        inner = path.relative_to(package)
        if inner.parts[0] in STAFF or inner.suffix == ".pyc" or any(map(_clutter, inner.parts)):
            continue
        if path.is_file() and not path.is_symlink():
            yield path


def _clutter(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"
