"""Verdicts and points to a score. Pure: the same results give the same score.

The laws of an exercise share out its points by their weights: what holds gives its part. While an essential law does not hold, they
share out half of the points only. So whoever holds more never earns less, and what is wrong in general never earns more than half.
A grader's or course's fault costs nobody a point and gives none: the exercise waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.course.assignment import Assignment, Exercise
from autograder.model import CheckResult, ExerciseResult, Status

HALF = 0.5  # of the points is what the laws share out while an essential one does not hold
DIGITS = 4  # points are rounded, so that sums of thirds come out alike everywhere


def exercise_result(exercise: Exercise, checks: Sequence[CheckResult]) -> ExerciseResult:
    """Work out the points of one exercise."""
    if exercise.manual:
        return ExerciseResult(
            exercise.name, 0.0, exercise.points, None, manual=True, note="A person reads this answer."
        )
    if not checks:
        return _fault(exercise, (), "No check looked at this exercise.")
    if any(check.verdict == "grader_fault" for check in checks):
        return _fault(exercise, checks, "A check failed by itself; a person looks at this exercise.")
    part = earned(checks)
    # worths of more than DIGITS digits: all of them for all laws, and never more by rounding up
    points = exercise.points if part == 1 else min(round(exercise.points * part, DIGITS), exercise.points)
    note = ""
    if any(check.verdict == "inconsistent" for check in checks):
        note = "A result depended on what was called before; a person should look."
    blame = None if all(check.verdict == "holds" for check in checks) else "student"
    return ExerciseResult(exercise.name, points, exercise.points, blame, tuple(checks), note=note)  # type: ignore[arg-type]


def earned(checks: Sequence[CheckResult]) -> float:
    """Return the part of its points that an exercise earns, in [0, 1], whoever may be at fault."""
    total = sum(check.weight for check in checks)
    held = sum(check.weight * _credit(check) for check in checks)
    if not total:
        return 0.0
    part = 1.0 if held == total else min(held / total, 1.0)
    return part if all(_credit(check) == 1 for check in checks if check.essential) else HALF * part


def _credit(check: CheckResult) -> float:
    return min(1.0, max(0.0, check.credit))


def _fault(exercise: Exercise, checks: Sequence[CheckResult], note: str) -> ExerciseResult:
    return ExerciseResult(exercise.name, 0.0, exercise.points, "grader", tuple(checks), note=note)


def exercise_results(
    assignment: Assignment, checks: Mapping[str, Sequence[CheckResult]]
) -> tuple[ExerciseResult, ...]:
    """Work out the points of all exercises; `checks` has the results of each, by its name."""
    return tuple(
        exercise_result(exercise, checks.get(exercise.name, ())) for exercise in assignment.exercises
    )


def waiting(exercise: ExerciseResult) -> bool:
    """Ask whether a person has to give this exercise its points."""
    return exercise.manual or exercise.blame in ("course", "grader")


def totals(exercises: Sequence[ExerciseResult]) -> tuple[Status, float, float]:
    """Return (status, score so far, points that wait for a person)."""
    pending = sum(exercise.max_points for exercise in exercises if waiting(exercise))
    score = sum(exercise.points for exercise in exercises if not waiting(exercise))
    return ("pending" if pending else "graded"), round(score, DIGITS), round(pending, DIGITS)
