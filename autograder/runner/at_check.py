"""An exercise whose names got another meaning behind it is judged as it stood where its check stands.

Functions are judged at the end of the notebook: what was mended further down counts. A later cell that says `F = 3` breaks a
function that was right, and that its own check in the notebook has shown to be right. So where a law broke, and a cell behind
the check gives a new meaning to a name that the function looks up, a fresh child runs the cells up to that check only, and is
asked again. What earns more stands. It costs such submissions one more child, and others nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from autograder.course.assignment import CHECKS_SUFFIX, exercise_of
from autograder.laws.registry import Check
from autograder.model import Call, Cause, CheckResult, Notebook, Student
from autograder.runner import causes, names, scoring
from autograder.runner.exercises import run_exercises
from autograder.runner.plans import Planner
from autograder.runner.renewed import Renewed
from autograder.sandbox.transport import PROCEDURE, Transport

Results = Mapping[str, tuple[CheckResult, ...]]


def judged_again(
    checks: Sequence[Check],
    results: Results,
    ran: Notebook,
    transport: Transport,
    planner: Planner,
    weights: Any = None,
) -> tuple[dict[str, tuple[CheckResult, ...]], dict[str, Cause]]:
    """Return the results, better ones where there are, and for each exercise that has such the cause.

    checks      of all exercises, in their order
    results     what they gave at the end of the notebook, by exercise
    ran         the notebook
    transport   has run it and answered `checks`; it is left as it stood at one of the checks
    planner     knows what is asked
    weights     the submission's own, where there are any
    """
    best, told = dict(results), dict[str, Cause]()
    for exercise, group in groupby(checks, key=lambda check: check.exercise):
        mine = list(group)
        if all(each.verdict in ("holds", "grader_fault") for each in results[exercise]):
            continue
        at = _check_cell(ran, exercise)
        changed = {} if at is None else rebound(ran, at, asked_of(mine, planner, weights))
        if at is None or not changed:
            continue
        there = Renewed(transport, upto=at)
        there.renew()
        again = run_exercises(mine, there, planner, weights=weights)[exercise]
        if _worth(again) > _worth(results[exercise]):
            best[exercise] = again
            cell = min(changed.values())
            told[exercise] = causes.bound_again((name for name, at in changed.items() if at == cell), cell)
    return best, told


def rebound(ran: Notebook, check_cell: int, asked: Iterable[str]) -> dict[str, int]:
    """Return name -> the first cell of `ran` behind `check_cell` that gives it another meaning, of all that `asked` look up."""
    before = [cell for cell in ran.code if cell.index <= check_cell]
    wanted = names.looked_up(before, asked)
    imported = frozenset[str]().union(*(names.imports(cell.source) for cell in before))
    found: dict[str, int] = {}
    for cell in ran.code:
        if cell.index > check_cell:
            for name in sorted(names.changed(cell.source, imported) & wanted):
                found.setdefault(name, cell.index)
    return found


def _check_cell(ran: Notebook, exercise: str) -> int | None:
    """The last check cell of an exercise."""
    places = [
        cell.index
        for cell in ran.code
        if cell.grade_id and CHECKS_SUFFIX in cell.grade_id and exercise_of(cell.grade_id) == exercise
    ]
    return places[-1] if places else None


def asked_of(checks: Iterable[Check], planner: Planner, weights: Any = None) -> set[str]:
    """Return the names of the notebook that `checks` call or hand over, as `planner` plans them with these `weights`."""
    calls = [call for check in checks for law in planner.plan(check, weights).laws for call in law.calls]
    return {name for call in calls for name in _named(call)}


def _named(call: Call) -> list[str]:
    values = [*call.arguments.values(), *call.keywords.values()]
    handed = [value.name for value in values if isinstance(value, Student)]
    return handed if call.function.startswith(PROCEDURE) else [call.function, *handed]


def _worth(results: Sequence[CheckResult]) -> tuple[float, int]:
    """What is earned; of equal results the one in which more functions came to their end."""
    ended = sum(each.verdict in ("raised", "missing", "timed_out", "crashed") for each in results)
    return scoring.earned(results), -ended
