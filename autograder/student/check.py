"""`check("class_prototypes")`: what a student calls in the notebook to see which laws hold, and which one does not.

It runs the public checks against the functions of this very kernel. While a notebook is graded it does nothing: points
come from outside.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import ExerciseResult
from autograder.runner import scoring
from autograder.runner.exercises import Progress, run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.worker.answer import raised
from autograder.student.slow_calls import IN_JUPYTER, ON_TERMINAL, Patience, PatientInProcess, Stopped
from autograder.submission import trained_weights

SEED = 0  # students check themselves on other inputs than they are graded on
GRADING = "FEWLABELS_JAIL"


def check(exercise: str, *, assignment: str | None = None) -> None:
    """Checks one exercise of the notebook in this kernel, and shows the laws that hold and the one that does not.

    Raises UsageError where no exercise is called so.
    """
    if os.environ.get(GRADING):
        return
    name = assignment or _assignment_of(exercise)
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
    """The public checks of one exercise against the functions in `namespace`. It carries no points: those are the
    course's, and hidden checks have a say in them. `patience` tells about calls that do not come back."""
    checks = [each for each in registry.load(assignment) if each.exercise == exercise]
    if not checks:
        raise _unknown(exercise)
    weights = trained_weights.read(folder / f"{assignment}.safetensors")
    with _Bar(checks, progress) as advance:
        here = InProcess(namespace) if patience is None else PatientInProcess(namespace, patience)
        results = run_exercises(checks, here, _planner(assignment), weights=weights, progress=advance)
    return scoring.exercise_result(Exercise(exercise, exercise, 0.0, manual=False), results[exercise])


@lru_cache
def _planner(assignment: str) -> Planner:
    """Kept for the life of the kernel: a second check of an exercise draws nothing."""
    return Planner(SEED, Settings(seed=SEED))


def _assignment_of(exercise: str) -> str:
    for name in registry.assignments():
        if any(each.exercise == exercise for each in registry.load(name)):
            return name
    raise _unknown(exercise)


def _unknown(exercise: str) -> UsageError:
    names = dict.fromkeys(each.exercise for name in registry.assignments() for each in registry.load(name))
    return UsageError(f"There is no exercise called {exercise!r}.", remedy=f"Use one of: {', '.join(names)}.")


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

    def __init__(self, checks: list[Check], shown: bool) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=len(checks), delay=2.0, leave=False, disable=not shown, unit="law")

    def __enter__(self) -> Progress:
        return self._advance

    def _advance(self, each: Check) -> None:
        self._bar.set_description(each.name.replace("_", " "), refresh=False)  # refreshing would not wait
        self._bar.update()

    def __exit__(self, *_: object) -> None:
        self._bar.close()
