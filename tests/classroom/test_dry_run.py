"""What a regrade would change is said before it does: whose points, from what to what, by which law."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder.classroom import dry_run
from autograder.classroom.writing import result_path
from autograder.feedback.json import to_json
from autograder.model import CheckResult, ExerciseResult, Failure, Score


def score(*credits: float, student: str = "ada") -> Score:
    checks = tuple(
        CheckResult(
            f"law_{at}",
            f"Law {at} holds.",
            "public",
            1.0,
            "holds" if value == 1 else "falsified",
            credit=value,
        )
        for at, value in enumerate(credits)
    )
    points = 4.0 * sum(credits) / len(credits)
    exercise = ExerciseResult("double", points, 4.0, None, checks)
    return Score("tiny", student, "graded", points, 4.0, 0.0, 1, "none", "cpu", {}, (exercise,))


def test_the_same_score_changes_nothing() -> None:
    assert dry_run.change(score(1, 0), score(1, 0)) is None


def test_points_and_the_law_behind_them() -> None:
    change = dry_run.change(score(1, 0), score(1, 1))
    assert change is not None
    assert (change.before, change.after, change.points_change) == (2.0, 4.0, True)
    assert dry_run.lines([change]) == [
        "ada: 2 -> 4",
        "  double: 2 -> 4 of 4",
        "    falsified -> holds: Law 1 holds.",
    ]


def test_laws_that_trade_places_change_no_points() -> None:
    change = dry_run.change(score(1, 0), score(0, 1))
    assert change is not None
    assert not change.points_change
    assert [(law.before, law.after) for law in change.exercises[0].laws] == [
        ("holds", "falsified"),
        ("falsified", "holds"),
    ]


def test_a_part_of_the_credit_is_a_change_too() -> None:
    change = dry_run.change(score(0.5), score(0.75))
    assert change is not None
    assert change.exercises[0].laws[0].after == "falsified (75 %)"


def test_laws_that_come_and_go() -> None:
    change = dry_run.change(score(1, 1), score(1))
    assert change is not None
    assert not change.points_change
    assert dry_run.lines([change])[-1] == "    holds -> not asked: Law 1 holds."


def test_a_mark_by_hand_stays_and_is_said_to() -> None:
    change = dry_run.change(score(1, 0), score(1, 1), by_hand=["double"])
    assert change is not None
    assert "a person has set its points" in dry_run.lines([change])[1]


def test_no_score_before_or_after() -> None:
    new = dry_run.change(None, score(1))
    assert new is not None
    assert dry_run.lines([new])[0] == "ada: no score -> 4 (new -> graded)"
    error = Failure("student", "The file is no notebook.", "Submit it again.")
    lost = replace(score(1), status="ungraded", score=None, exercises=(), error=error)
    change = dry_run.change(score(1), lost)
    assert change is not None
    assert dry_run.lines([change])[:2] == [
        "ada: 4 -> no score (graded -> ungraded)",
        "  The file is no notebook. Submit it again.",
    ]


def test_the_result_that_stands_is_what_it_is_compared_with(tmp_path: Path) -> None:
    assert dry_run.before(tmp_path, "ada", "tiny") is None
    path = result_path(tmp_path, "ada", "tiny")
    path.parent.mkdir(parents=True)
    path.write_text(to_json(score(1, 0)))
    assert dry_run.before(tmp_path, "ada", "tiny") == score(1, 0)
    path.write_text("{")
    assert dry_run.before(tmp_path, "ada", "tiny") is None
