"""One engine per process, for the submissions that nbgrader brings along one by one; gone when nobody needs it.

A Jupyter server that runs for months grades for minutes of them: when nothing has been graded for a while, the jail, its
zygote (started by exec, so nothing of the server is in it) and all that was drawn are let go. The next submission starts
them again.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.model import Failure, Graded

if TYPE_CHECKING:
    from autograder.runner import Grader
    from autograder.sandbox.jailed import Sandbox

IDLE_SECONDS = 600.0

# Imported late: a process that only records results needs neither checks nor a jail.
_lock = threading.RLock()
_open = ExitStack()
_sandbox: Sandbox | None = None
_graders: dict[tuple[object, ...], Grader] = {}
_checks: dict[str, tuple[tuple[str, int], ...]] = {}  # as they were when they were imported
_needed_until = 0.0
_watch: threading.Timer | None = None


def start(idle_seconds: float = IDLE_SECONDS, *, simulate_gpu: bool = False) -> Sandbox:
    """Return the sandbox of this process, opened if need be.

    simulate_gpu   True: one in which a GPU is simulated, for an assignment that asks for it

    It is closed at exit, or when it has not been asked for during `idle_seconds`. Raises `SandboxUnavailable`.
    """
    global _sandbox
    with _lock:
        if _sandbox is not None and simulate_gpu and not _sandbox.simulates_gpu:
            close()
        if _sandbox is None:
            from autograder.sandbox.jailed import Sandbox

            _sandbox = _open.enter_context(Sandbox(simulate_gpu=simulate_gpu))
            atexit.register(close)
        _keep(idle_seconds)
        return _sandbox


def get_ready(assignment: str, course: Path) -> None:
    """Start the sandbox for an assignment that is going to be graded. Raises `SandboxUnavailable`."""
    from autograder.laws import registry

    with _lock:
        registry.use(course)
        try:
            asks = registry.needs_gpu(assignment)
        except CourseError:  # whoever grades it says so
            asks = False
        start(simulate_gpu=asks)


def close() -> None:
    """End the sandbox; the next `start` opens a new one."""
    global _sandbox, _watch
    with _lock:
        _sandbox = None
        _graders.clear()
        if _watch is not None:
            _watch.cancel()
            _watch = None
        atexit.unregister(close)
        _open.close()


def grade(
    student: str,
    assignment: str,
    *,
    course: Path,
    source: Path,
    submitted: Path,
    unreadable: Failure | None = None,
    idle_seconds: float = IDLE_SECONDS,
) -> Graded:
    """Grade one submitted file against its source notebook. Raises `CourseError` or `GraderError`.

    student, assignment   names, as the grade book has them
    course                the course directory
    source, submitted     the two notebook files
    unreadable            why the file is not even opened: the result is ungraded, and says so
    idle_seconds          as for `start`
    """
    with _lock:
        try:
            grader = _grader(assignment, course, source, idle_seconds)
            if unreadable is not None:
                return grader.ungraded(student, unreadable, read=submitted)
            return grader.grade(submitted, student)
        finally:
            _keep(idle_seconds)


def _grader(name: str, course: Path, source: Path, idle_seconds: float) -> Grader:
    """The grader of an assignment, kept for as long as source, settings and checks stay what they were."""
    from autograder.classroom import kept
    from autograder.course import assignment, folders, settings
    from autograder.laws import registry
    from autograder.runner import Grader, digests, kept_inputs, naming

    registry.use(course)
    checks = tuple(map(_version, registry.files(name)))
    if _checks.setdefault(name, checks) != checks:  # somebody works on them beside the running server
        registry.forget(name)
        digests.forget()
        _checks[name] = checks
    decided = (source, source.parent / "release.toml", course / "autograder.toml")
    kinds = (folders.programs(course, name, kind) for kind in ("mistakes", "solutions"))
    programs = tuple(_version(path) for kind in kinds for path in sorted(kind.glob("*.py")))
    key = (name, *(_version(path) for path in decided), checks, programs)
    if key not in _graders:
        of_course = assignment.of_course(course, name, source)
        sandbox = start(idle_seconds, simulate_gpu=registry.needs_gpu(name))
        known = naming.if_readable(course, of_course, logging.getLogger(__name__).warning)
        namer = None if known is None else naming.Namer(known, kept.answers(course, name))
        grader = Grader(
            of_course, settings.read(course), sandbox, kept=kept_inputs.of_course(course), namer=namer
        )
        _graders.clear()
        _graders[key] = grader
    return _graders[key]


def _version(path: Path) -> tuple[str, int]:
    return str(path), path.stat().st_mtime_ns if path.exists() else 0


# --- letting go ------------------------------------------------------------------------------------------------------


def _keep(seconds: float) -> None:
    """Keep the engine for so long from now on."""
    global _needed_until
    sooner = time.monotonic() + seconds < _needed_until
    _needed_until = time.monotonic() + seconds
    if _sandbox is not None and (_watch is None or sooner):
        _look_again_in(seconds)


def _look_again_in(seconds: float) -> None:
    global _watch
    if _watch is not None:
        _watch.cancel()
    _watch = threading.Timer(seconds, _close_if_idle)
    _watch.daemon = True
    _watch.start()


def _close_if_idle() -> None:
    """In the watch's thread. While a submission is graded it waits, and then finds that there is time left."""
    global _watch
    with _lock:
        if _watch is not threading.current_thread():
            return  # closed in the meantime
        _watch = None
        left = _needed_until - time.monotonic()
        if left > 0:
            _look_again_in(left)
        else:
            close()
