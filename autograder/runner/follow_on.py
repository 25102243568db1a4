"""One mistake costs one exercise: what a later exercise is worth when the earlier ones that it uses are right.

Where an exercise lost points, and an earlier one that its cell uses lost points too, its checks are asked again in a fresh child
in which those earlier exercises have the course's own solutions. The better result counts, exercise by exercise. It costs such
submissions a child for each of these exercises, and others nothing.

Student code shares that child with solutions. So one bit per check is all that comes back of it: whether the law holds. What is
shown of a law that does not is what happened without the course's solutions. An exercise is never asked in a child that has
its own solution, or one of a later exercise; and nothing is asked behind this for which more than that bit counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from autograder.course.assignment import Assignment, Exercise
from autograder.course.dependencies import solution_cells
from autograder.laws.registry import Check
from autograder.model import Cause, Cell, CheckResult, Notebook, Verdict
from autograder.runner import causes, names, scoring
from autograder.runner.exercises import verdicts
from autograder.runner.plans import Planner
from autograder.runner.renewed import Renewed
from autograder.sandbox.transport import Transport

Results = Mapping[str, tuple[CheckResult, ...]]


def judged_again(
    checks: Sequence[Check],
    results: Results,
    assignment: Assignment,
    ran: Notebook,
    transport: Transport,
    planner: Planner,
    weights: Any = None,
) -> tuple[dict[str, tuple[CheckResult, ...]], dict[str, Cause]]:
    """Return the results, better ones where there are, and for each exercise that has such what is to be told of it.

    checks      that were asked now, exercise by exercise in their order
    results     of all exercises that were asked, now or earlier, by their names
    assignment  whose source notebook has the solutions
    ran         the notebook
    transport   has run it and answered `checks`; it is left with the course's solutions in it, and has to be closed
    planner     knows what is asked
    weights     the submission's own, where there are any
    """
    best, told = dict(results), dict[str, Cause]()
    solutions = solution_cells(assignment.notebook)
    numbers = {each.name: number for number, each in enumerate(assignment.exercises, 1)}
    for exercise, group in groupby(checks, key=lambda check: check.exercise):
        mine = list(group)
        lacking = [name for name in solutions if name in best and lost(best[name])]
        used = used_by(exercise, ran, solutions, lacking) if exercise in lacking else ()
        if not used:
            continue
        added, names_of = stand_ins(used, exercise, ran, solutions)
        there = Renewed(transport, whole=_changed_behind(ran, exercise, names_of), added=added)
        there.renew()
        again = _one_bit_each(mine, best[exercise], verdicts(mine, there, planner, weights), planner, used)
        if _better(again, best[exercise]):
            best[exercise] = again
            if any(each.verdict == "grader_fault" for each in again):
                continue
            told[exercise] = causes.follow_on({name: numbers.get(name, 0) for name in used}, again)
    return best, told


def lost(results: Iterable[CheckResult]) -> bool:
    """Ask whether an exercise lost points by its own results; one that a person has to judge has not."""
    found = list(results)
    return all(each.verdict != "grader_fault" for each in found) and any(each.credit < 1 for each in found)


def used_by(
    exercise: str, ran: Notebook, solutions: Mapping[str, Cell], lacking: Iterable[str]
) -> tuple[str, ...]:
    """Return those of the exercises `lacking` that stand before `exercise` and that it uses, in their order.

    What it looks up counts, and what that looks up in turn: in the notebook that `ran`, and in the course's `solutions` where
    these take a place.
    """
    if exercise not in solutions:  # what was trained, or written, belongs to the student's own code
        return ()
    order = list(solutions)
    before = [name for name in order[: order.index(exercise)] if name in set(lacking)]
    used: set[str] = set()
    while True:
        cells = [*ran.code, *(solutions[name] for name in used)]
        seen = names.looked_up(cells, names.bound(solutions[exercise].source))
        more = {name for name in before if names.bound(solutions[name].source) & seen}
        if more == used:
            return tuple(name for name in before if name in used)
        used = more


def stand_ins(
    used: Iterable[str], exercise: str, ran: Notebook, solutions: Mapping[str, Cell]
) -> tuple[tuple[Cell, ...], frozenset[str]]:
    """Return the course's cells that run beside the student's, and all names that `exercise` then looks up.

    used       the earlier exercises whose solutions are the course's
    exercise   the one that is asked
    ran        the notebook
    solutions  exercise -> the course's cell

    Each stands right behind the student's own, so that helpers of that cell stay; where a later cell gives one of its names
    another meaning, also at the end. Where the student's own is gone, it stands before the cell of `exercise`.
    """
    added = []
    mine = ran.graded(exercise)
    for name in used:
        theirs = [cell.index for cell in ran.code if cell.grade_id == name]
        before = [cell.index for cell in ran.code if mine is not None and 0 <= cell.index < mine.index]
        at = max(theirs or before or [0])
        added.append(replace(solutions[name], index=at))
        made = names.bound(solutions[name].source) | {names.EVERYTHING}
        if mine is None or any(names.changed(cell.source) & made for cell in ran.code if cell.index > at):
            added.append(replace(solutions[name], index=max(cell.index for cell in ran.code)))
    cells = [*ran.code, *added]
    return tuple(added), names.looked_up(cells, names.bound(solutions[exercise].source))


def _changed_behind(ran: Notebook, exercise: str, looked_up: frozenset[str]) -> bool:
    """Whether a cell behind the last solution, which need not run otherwise, has a say in the exercise."""
    last = max((cell.index for cell in ran.code if cell.solution), default=-1)
    wanted = looked_up | {names.EVERYTHING}
    return any(names.changed(cell.source) & wanted for cell in ran.code if cell.index > last)


def _one_bit_each(
    checks: Sequence[Check],
    before: Sequence[CheckResult],
    found: Mapping[str, Verdict],
    planner: Planner,
    used: tuple[str, ...],
) -> tuple[CheckResult, ...]:
    """The results with one bit for each check of what was found: whether it holds. Nothing else of it may get in here."""
    if "grader_fault" in found.values():  # nobody is judged by it
        return tuple(replace(each, **_PLAIN, verdict="grader_fault", credit=0.0) for each in before)
    examples = {check.name: len(planner.plan(check).laws) for check in checks if _is_known(check)}
    made = []
    for each in before:
        holds = found.get(each.name) == "holds"
        if holds == (each.verdict == "holds"):
            made.append(replace(each, credit=1.0 if holds else 0.0))
        elif holds:
            asked = examples.get(each.name, each.examples)
            made.append(
                replace(each, **_PLAIN, verdict="holds", credit=1.0, examples=asked, judged_with=used)
            )
        else:
            made.append(replace(each, **_PLAIN, verdict="falsified", credit=0.0, judged_with=used))
    return tuple(made)


_PLAIN: dict[str, Any] = {"message": "", "counterexample": None, "missing": ""}


def _is_known(check: Check) -> bool:
    return "weights" not in check.runner_parameters


def _better(again: Sequence[CheckResult], before: Sequence[CheckResult]) -> bool:
    return any(each.verdict == "grader_fault" for each in again) or _worth(again) > _worth(before)


def _worth(results: Sequence[CheckResult]) -> float:
    """The share of its points that an exercise earns; how many these are is not asked."""
    return scoring.exercise_result(Exercise("", "", 1.0, manual=False), results).points
