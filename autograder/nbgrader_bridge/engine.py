"""One sandbox per process, for the submissions that `nbgrader autograde` brings along one by one."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.model import Graded

if TYPE_CHECKING:
    from autograder.runner import Grader
    from autograder.sandbox.jailed import Sandbox

# Imported late: a process that only records results needs neither checks nor a jail.
_open = ExitStack()
_sandbox: Sandbox | None = None
_graders: dict[tuple[object, ...], Grader] = {}


def start() -> Sandbox:
    """The sandbox of this process, started by the first call, closed at exit. Raises `SandboxUnavailable`."""
    global _sandbox
    if _sandbox is None:
        from autograder.sandbox.jailed import Sandbox

        _sandbox = _open.enter_context(Sandbox())
        atexit.register(close)
    return _sandbox


def close() -> None:
    """Ends the sandbox; the next `start` opens a new one."""
    global _sandbox
    _sandbox = None
    _graders.clear()
    atexit.unregister(close)
    _open.close()


def grade(student: str, assignment: str, *, course: Path, source: Path, submitted: Path) -> Graded:
    """Grades one submitted file against its source notebook. Raises `CourseError` or `GraderError`."""
    return _grader(assignment, course, source).grade(submitted, student)


def _grader(name: str, course: Path, source: Path) -> Grader:
    """The grader of an assignment, kept for as long as source and settings stay what they were."""
    decided = (source, source.parent / "release.toml", course / "autograder.toml")
    key = (name, *(_version(path) for path in decided))
    if key not in _graders:
        from autograder import assignment, settings
        from autograder.runner import Grader

        grader = Grader(assignment.of_course(course, name, source), settings.read(course), start())
        _graders.clear()
        _graders[key] = grader
    return _graders[key]


def _version(path: Path) -> tuple[str, int]:
    return str(path), path.stat().st_mtime_ns if path.exists() else 0
