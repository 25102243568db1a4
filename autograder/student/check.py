"""`check("class_prototypes")`: what a student calls in the notebook to see which laws hold, and which one does not.

It runs the public checks against the functions of this very kernel. While a notebook is graded it does nothing: points
come from outside. Importing this imports nothing that takes time: what is needed comes with the first call.
"""

from __future__ import annotations

import os
import pkgutil
from typing import Protocol

from autograder import checks
from autograder.environment import JAIL
from autograder.errors import UsageError
from autograder.student import kernel


class Check(Protocol):
    """`check`, of one assignment."""

    def __call__(self, exercise: str, *, assignment: str | None = None) -> None: ...


def assignment(name: str) -> Check:
    """Return the `check` of one assignment; a locked cell at the top of its notebook calls this.

    Two assignments may have an exercise of one name: this says whose laws are meant. Raises UsageError where no assignment
    is called so.

    >>> check = assignment("fewshot")
    >>> check("class_prototypes")  # doctest: +SKIP
    """
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    if name not in names:
        raise UsageError(
            f"There is no assignment called {name!r} here.",
            remedy=f"Use one of: {', '.join(names)}. Is the package the one that came with the notebook?",
        )

    def check_of_this_assignment(exercise: str, *, assignment: str | None = None) -> None:
        check(exercise, assignment=assignment or name)

    return check_of_this_assignment


def check(exercise: str, *, assignment: str | None = None) -> None:
    """Check one exercise of the notebook in this kernel, and show the laws that hold and the one that does not.

    assignment   whose exercise; without it, the one assignment that has an exercise of this name

    Raises UsageError where no exercise is called so, or several assignments have one.
    """
    if os.environ.get(JAIL):
        return
    from autograder.student import in_kernel

    in_kernel.show(exercise, assignment)


kernel.history(kernel.shell())  # from the cell on that imports `check`: it is one of the first
