"""Verdicts and points to a score. Pure: the same results give the same score.

Partial credit is weight held / weight total. A grader's or course's fault costs nobody a point and gives none: the
exercise waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.course.assignment import Assignment, Exercise
from autograder.model import CheckResult, ExerciseResult, Status

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
    total = sum(check.weight for check in checks)
    held = sum(check.weight * min(1.0, max(0.0, check.credit)) for check in checks)
    # worths of more than DIGITS digits: all of them for all laws, and never more by rounding up
    points = (
        exercise.points
        if held == total
        else min(round(exercise.points * held / total, DIGITS), exercise.points)
    )
    note = ""
    if any(check.verdict == "inconsistent" for check in checks):
        note = "A result depended on what was called before; a person should look."
    blame = None if all(check.verdict == "holds" for check in checks) else "student"
    return ExerciseResult(exercise.name, points, exercise.points, blame, tuple(checks), note=note)  # type: ignore[arg-type]


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
