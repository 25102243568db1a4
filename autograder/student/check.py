"""`check("class_prototypes")`: what a student calls in the notebook to see which laws hold, and which one does not.

It runs the public checks against the functions of this very kernel. While a notebook is graded it does nothing: points
come from outside.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.environment import JAIL
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.laws.registry import Check as LawCheck
from autograder.model import ExerciseResult
from autograder.runner import scoring
from autograder.runner.exercises import Progress, run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.worker.answer import raised
from autograder.student.slow_calls import IN_JUPYTER, ON_TERMINAL, Patience, PatientInProcess, Stopped
from autograder.submission import trained_weights

SEED = 0  # students check themselves on other inputs than they are graded on


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
    if name not in registry.assignments():
        raise UsageError(
            f"There is no assignment called {name!r} here.",
            remedy=f"Use one of: {', '.join(registry.assignments())}. Is the package the one that came with the notebook?",
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
    name = assignment or _assignment_of(exercise, Path.cwd())
    patience = Patience(ON_TERMINAL if _shell() is None else IN_JUPYTER)
    try:
        with patience:
            result = run(name, exercise, _namespace(), Path.cwd(), patience=patience)
    except KeyboardInterrupt as stop:
        where = raised(stop, _namespace()).where
        raise Stopped(patience.last or f"the check of {exercise}", where) from None
    _show(result)


def run(
    assignment: str,
    exercise: str,
    namespace: Mapping[str, Any],
    folder: Path,
    *,
    progress: bool = True,
    patience: Patience | None = None,
) -> ExerciseResult:
    """Put the public checks of one `exercise` to the functions in `namespace`.

    assignment   the exercise's
    folder       where the trained weights lie
    progress     True: a bar shows how far it is
    patience     tells about calls that do not come back

    The result carries no points: those are the course's, and hidden checks have a say in them.
    """
    checks = [each for each in registry.load(assignment) if each.exercise == exercise]
    if not checks:
        raise _unknown(exercise, [assignment])
    weights = trained_weights.read(folder / f"{assignment}.safetensors")
    with _Bar(checks, progress) as advance:
        here = InProcess(namespace) if patience is None else PatientInProcess(namespace, patience)
        results = run_exercises(checks, here, _planner(assignment), weights=weights, progress=advance)
    return scoring.exercise_result(Exercise(exercise, exercise, 0.0, manual=False), results[exercise])


@lru_cache
def _planner(assignment: str) -> Planner:
    """Kept for the life of the kernel: a second check of an exercise draws nothing."""
    return Planner(SEED, Settings(seed=SEED))


def _assignment_of(exercise: str, folder: Path) -> str:
    """Whose exercise it is. Of several assignments the one whose notebook lies in the folder, if there is just one."""
    owners = registry.owners(exercise)
    if not owners:
        raise _unknown(exercise, registry.assignments())
    here = [name for name in owners if (folder / f"{name}.ipynb").is_file()]
    for found in (owners, here):
        if len(found) == 1:
            return found[0]
    raise UsageError(
        f"The assignments {' and '.join(owners)} have an exercise called {exercise!r}.",
        remedy=f'Say whose you mean: check("{exercise}", assignment="{owners[0]}").',
    )


def _unknown(exercise: str, assignments: Iterable[str]) -> UsageError:
    names = list(dict.fromkeys(each.exercise for name in assignments for each in registry.load(name)))
    close = difflib.get_close_matches(exercise, names, n=1)
    remedy = f"Did you mean {close[0]}? " if close else ""
    return UsageError(
        f"There is no exercise called {exercise!r}.", remedy=f"{remedy}Use one of: {', '.join(names)}."
    )


def _namespace() -> Mapping[str, Any]:
    shell = _shell()
    if shell is not None:
        return shell.user_ns  # type: ignore[no-any-return]
    return sys.modules["__main__"].__dict__


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _show(result: ExerciseResult) -> None:
    from autograder.feedback.html import exercise_fragment
    from autograder.feedback.text import exercise_text

    if _shell() is None:
        print(exercise_text(result))
        return
    from IPython.display import display

    display({"text/html": exercise_fragment(result), "text/plain": exercise_text(result)}, raw=True)


class _Bar:
    """A progress bar that appears when checking takes longer than two seconds."""

    def __init__(self, checks: list[LawCheck], shown: bool) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=len(checks), delay=2.0, leave=False, disable=not shown, unit="law")

    def __enter__(self) -> Progress:
        return self._advance

    def _advance(self, each: LawCheck) -> None:
        self._bar.set_description(each.name.replace("_", " "), refresh=False)  # refreshing would not wait
        self._bar.update()

    def __exit__(self, *_: object) -> None:
        self._bar.close()
