"""fewlabels: a property-based grader for deep-learning notebooks.

Students use three names: `assignment`, `check` and `graded_with`. Authors of checks use `autograder.laws`. Everything else lives in
the rooms that docs/architecture.md draws, and may change.
"""

import os
from typing import TYPE_CHECKING, Any

from autograder.environment import JAIL
from autograder.version import __version__

if TYPE_CHECKING:
    from autograder.student.check import assignment, check
    from autograder.student.graded_with import graded_with

__all__ = ["__version__", "assignment", "check", "graded_with"]


def __getattr__(name: str) -> Any:
    # Lazy, so that `import autograder` stays cheap in kernels and beside hostile code.
    graded = bool(os.environ.get(JAIL))
    if name == "assignment":
        if graded:
            return _silent_assignment
        from autograder.student.check import assignment

        return assignment
    if name == "check":
        if graded:
            return _silent_check
        from autograder.student.check import check

        return check
    if name == "graded_with":
        if graded:
            return _silent_graded_with
        from autograder.student.graded_with import graded_with

        return graded_with
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")


def _silent_check(exercise: str, *, assignment: str | None = None) -> None:
    """`check` while a notebook is graded: points come from outside, so it does nothing, and imports nothing for that."""


def _silent_assignment(name: str) -> Any:
    """`assignment` while a notebook is graded."""
    return _silent_check


def _silent_graded_with(**stated: object) -> None:
    """`graded_with` while a notebook is graded."""
