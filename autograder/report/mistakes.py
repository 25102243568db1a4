"""Mistakes that submissions share: the same law, the same smallest input, the same message.

Laws search with the same inputs for everybody and shrink alike, so the same mistake ends at the same smallest input. Of each
exercise the law to start with is taken, the one that the student's page shows first: its consequences are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.feedback.phrases import BROKEN
from autograder.model import CheckResult, Counterexample, Score, Verdict


@dataclass(frozen=True)
class Mistake:
    """`students` have the same broken law with the same message and counterexample, the largest group first."""

    exercise: str
    check: str
    law: str
    hidden: bool
    verdict: Verdict
    message: str
    counterexample: Counterexample | None
    students: tuple[str, ...]


def lead(checks: Iterable[CheckResult]) -> CheckResult | None:
    """Return the broken law to start with: the first with an input to show, else the first."""
    broken = [check for check in checks if check.verdict in BROKEN and check.credit == 0]
    shown = [check for check in broken if check.counterexample is not None]
    return next(iter(shown or broken), None)


def mistakes(scores: Iterable[Score]) -> tuple[Mistake, ...]:
    """Return all mistakes, most frequent first, then in the order of exercises."""
    found: dict[tuple[object, ...], tuple[str, CheckResult, list[str]]] = {}
    for score in scores:
        for exercise in score.exercises:
            check = None if exercise.blame in ("course", "grader") else lead(exercise.checks)
            if check is not None:
                key = (exercise.name, check.name, check.verdict, check.message, *_input(check.counterexample))
                found.setdefault(key, (exercise.name, check, []))[2].append(score.student)
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
        )
        for exercise, check, students in found.values()
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.students)))


def _input(found: Counterexample | None) -> tuple[object, ...]:
    return () if found is None else (found.call, tuple(found.arguments.items()), found.returned)
