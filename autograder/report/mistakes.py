"""Mistakes that submissions share: the same law, the same smallest input, the same message.

Where grading found of which known mistake the answers are, that is what submissions share, whatever law shows it. Elsewhere
laws search with the same inputs for everybody and shrink alike, so the same mistake ends at the same smallest input. Of each
exercise the law to start with is taken, the one that the student's page shows first: its consequences are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.feedback.exercise_view import to_start_with
from autograder.feedback.phrases import BROKEN
from autograder.model import CheckResult, Counterexample, Score, Verdict


@dataclass(frozen=True)
class Mistake:
    """`students` have the answers of the same known mistake (`named`), or the same broken law with the same message and
    counterexample, the largest group first. Law, message and counterexample are those of the first of them."""

    exercise: str
    check: str
    law: str
    hidden: bool
    verdict: Verdict
    message: str
    counterexample: Counterexample | None
    students: tuple[str, ...]
    named: str = ""


def lead(checks: Iterable[CheckResult]) -> CheckResult | None:
    """Return the broken law to start with, as the student's page does."""
    return to_start_with([check for check in checks if check.verdict in BROKEN and check.credit == 0])


def mistakes(scores: Iterable[Score]) -> tuple[Mistake, ...]:
    """Return all mistakes, most frequent first, then in the order of exercises."""
    found: dict[tuple[object, ...], tuple[str, CheckResult, list[str], str]] = {}
    for score in scores:
        for exercise in score.exercises:
            check = None if exercise.blame in ("course", "grader") else lead(exercise.checks)
            if check is not None:
                named = " ".join(each.says for each in exercise.named)
                key: tuple[object, ...] = (exercise.name, named)
                if not named:
                    key = (*key, check.name, check.verdict, check.message, *_input(check.counterexample))
                found.setdefault(key, (exercise.name, check, [], named))[2].append(score.student)
    groups = [
        Mistake(
            exercise,
            check.name,
            check.law,
            check.visibility == "hidden",
            check.verdict,
            check.message,
            check.counterexample,
            tuple(students),
            named,
        )
        for exercise, check, students, named in found.values()
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.students)))


def _input(found: Counterexample | None) -> tuple[object, ...]:
    return () if found is None else (found.call, tuple(found.arguments.items()), found.returned)
