"""One exercise checked against the functions of this very kernel, with the public checks, and shown."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import Exercise
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import CheckResult, ExerciseResult, NamedMistake
from autograder.runner import kept_inputs, plans, scoring
from autograder.runner.exercises import Progress, run_exercises
from autograder.runner.kept_inputs import KeptInputs
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.worker.answer import raised
from autograder.student.kernel import history
from autograder.student.kernel import shell as _shell
from autograder.student.kernel_causes import causes
from autograder.student.named import Held, named
from autograder.student.slow_calls import IN_JUPYTER, ON_TERMINAL, Patience, PatientInProcess, Stopped
from autograder.submission import trained_weights

INPUTS = "inputs"  # the folder beside this file where a release puts what public checks draw
SEED = plans.STUDENTS


def show(exercise: str, assignment: str | None = None) -> None:
    """Check one exercise of the notebook in this kernel, and show what came of it: `check`, which see."""
    name = assignment or _assignment_of(exercise, Path.cwd())
    patience = Patience(ON_TERMINAL if _shell() is None else IN_JUPYTER)
    try:
        with patience:
            result = run(name, exercise, _namespace(), Path.cwd(), patience=patience)
    except KeyboardInterrupt as stop:
        where = raised(stop, _namespace()).where
        raise Stopped(patience.last or f"the check of {exercise}", where) from None
    seen = history(_shell())
    if seen is not None:
        result = replace(result, causes=causes(seen, exercise, result.checks))
    _show(result, registry.asked_in_grading(name).get(exercise, 0))


def run(
    assignment: str,
    exercise: str,
    namespace: Mapping[str, Any],
    folder: Path,
    *,
    progress: bool = True,
    patience: Patience | None = None,
) -> ExerciseResult:
    """Put the public checks of one exercise to the functions in `namespace`, and return its result.

    It carries no points: those are the course's, and hidden checks have a say in them.

    assignment, exercise   whose checks, and which
    namespace              name -> the student's object
    folder                 where the trained weights lie, ASSIGNMENT.safetensors, and the fingerprints of known mistakes
    progress               whether a bar is shown
    patience               tells about calls that do not come back

    Raises UsageError where the assignment has no such exercise.
    """
    checks = [each for each in registry.load(assignment) if each.exercise == exercise]
    if not checks:
        raise _unknown(exercise, [assignment])
    weights = trained_weights.read(folder / f"{assignment}.safetensors")
    with _Bar(checks, progress) as advance:
        here = InProcess(namespace) if patience is None else PatientInProcess(namespace, patience)
        mine = run_exercises(checks, here, _planner(assignment), weights=weights, progress=advance)[exercise]
        names = _named(folder, checks, mine, here, namespace)
    result = scoring.exercise_result(Exercise(exercise, exercise, 0.0, manual=False), mine)
    return replace(result, named=names)


_held = Held()


def _named(
    folder: Path,
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    here: InProcess,
    namespace: Mapping[str, Any],
) -> tuple[NamedMistake, ...]:
    """The known mistake that the exercise has. Whatever goes wrong here, the laws have been asked, and are shown."""
    which = checks[0].assignment, checks[0].exercise
    _held.note(*which, namespace, holds=all(each.verdict == "holds" for each in results))
    with suppress(Exception):
        if _held.all_used(*which, namespace):
            return named(folder, checks, results, here, _planner(which[0]))
    return ()


@lru_cache
def _planner(assignment: str) -> Planner:
    """Kept for the life of the kernel: a second check of an exercise draws nothing."""
    return plans.of_students(shipped_inputs())


def shipped_inputs() -> KeptInputs:
    """Return what the release has drawn; an installation that comes from elsewhere has nothing there."""
    return kept_inputs.shipped(Path(__file__).with_name(INPUTS))


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


def _show(result: ExerciseResult, more: int) -> None:
    from autograder.feedback.html import exercise_fragment
    from autograder.feedback.text import exercise_text

    result = _without_right_values(result)
    if _shell() is None:
        print(exercise_text(result, more=more))
        return
    from IPython.display import display

    shown = {
        "text/html": exercise_fragment(result, more=more),
        "text/plain": exercise_text(result, more=more),
    }
    display(shown, raw=True)


def _without_right_values(result: ExerciseResult) -> ExerciseResult:
    """As students see it, also where staff try a notebook: right values come from where the hidden checks lie."""
    checks = [
        each
        if each.counterexample is None
        else replace(each, counterexample=replace(each.counterexample, right=()))
        for each in result.checks
    ]
    return replace(result, checks=tuple(checks))


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
