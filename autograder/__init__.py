"""fewlabels: a property-based grader for deep-learning notebooks.

Students use two names, `check` and `graded_with`; everything else lives in the rooms that docs/architecture.md draws.
"""

import os
from typing import Any

from autograder.version import __version__

__all__ = ["__version__", "check", "graded_with"]


def __getattr__(name: str) -> Any:
    # Lazy, so that `import autograder` stays cheap in kernels and beside hostile code.
    if name == "check":
        if os.environ.get("FEWLABELS_JAIL"):
            return _nothing
        from autograder.student.check import check

        return check
    if name == "graded_with":
        if os.environ.get("FEWLABELS_JAIL"):
            return _nothing_either
        from autograder.student.graded_with import graded_with

        return graded_with
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")


def _nothing(exercise: str, *, assignment: str | None = None) -> None:
    """`check` while a notebook is graded: points come from outside, so it does nothing, and imports nothing for that."""


def _nothing_either(**stated: object) -> None:
    """`graded_with` while a notebook is graded."""
