from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autograder.feedback import view
from autograder.model import CheckResult, Counterexample, ExerciseResult, Failure, Score, Verdict


def check(
    name: str, verdict: Verdict, found: Counterexample | None = None, credit: float = 0.0, message: str = ""
) -> CheckResult:
    return CheckResult(name, f"The law of {name}.", "public", 1.0, verdict, 1, message, found, credit)


def exercise(*checks: CheckResult, points: float = 0.0, **values: Any) -> view.Exercise:
    return view.exercise(ExerciseResult("f", points, 4.0, values.pop("blame", None), checks, **values))


def test_the_card_goes_to_the_first_broken_law_with_an_input() -> None:
    found = Counterexample("f(x)")
    seen = exercise(check("slow", "timed_out"), check("held", "holds"), check("wrong", "falsified", found))
    assert seen.first is not None
    assert seen.first.name == "wrong"
    assert [law.name for law in seen.others] == ["slow"]
    assert [law.name for law in seen.rest] == ["held"]


def test_what_was_skipped_is_explained_once_by_the_law_that_failed_first() -> None:
    message = "Not looked at, because runs did not hold."
    seen = exercise(check("runs", "raised"), *(check(name, "skipped", message=message) for name in "abc"))
    assert [(group.reason, len(group.laws)) for group in seen.skipped] == [
        ("Not looked at, because this failed first: The law of runs.", 3)
    ]


def test_another_reason_for_skipping_is_kept() -> None:
    seen = exercise(
        check("runs", "timed_out"), check("a", "skipped", message="Not looked at: no time was left.")
    )
    assert seen.skipped[0].reason == "Not looked at: no time was left."


@pytest.mark.parametrize(
    ("checks", "values", "state"),
    [
        ([check("a", "holds", credit=1.0)], {"points": 4.0}, "its one law holds"),
        ([check(n, "holds", credit=1.0) for n in "ab"], {"points": 4.0}, "both laws hold"),
        ([check(n, "holds", credit=1.0) for n in "abc"], {"points": 4.0}, "all 3 laws hold"),
        ([check("a", "falsified"), check("b", "holds")], {"blame": "student"}, "1 of 2 laws broken"),
        (
            [check("a", "raised"), check("b", "skipped")],
            {"blame": "student"},
            "1 of 2 laws broken, 1 skipped",
        ),
        (
            [check("a", "falsified", credit=0.5)],
            {"points": 2.0, "blame": "student"},
            "1 of 1 law earned in part",
        ),
        ([check("a", "inconsistent")], {"blame": "student"}, "1 law unsettled, a person will look"),
        ([check("a", "grader_fault")], {"blame": "grader"}, "the grader's fault, a person will look"),
        ([], {"blame": "course"}, "the course's fault, a person will look"),
        ([], {"blame": "student"}, "could not be judged"),
        ([], {"manual": True}, "waits for a person"),
        ([], {"manual": True, "points": 3.0}, "graded by a person"),
    ],
)
def test_how_an_exercise_stands(checks: list[CheckResult], values: dict, state: str) -> None:
    assert exercise(*checks, **values).state == state


@pytest.mark.parametrize("blame", ["grader", "course"])
def test_a_fault_that_is_not_the_students_is_said_to_cost_nothing(blame: str) -> None:
    seen = exercise(check("a", "grader_fault"), blame=blame, note="inside")
    assert seen.open
    assert "costs you nothing" in seen.fault
    assert seen.note == ""


def test_the_student_reads_whose_fault_an_ungraded_submission_is(scores: dict[str, Score]) -> None:
    score = replace(scores["ungraded"], error=Failure("grader", "no bwrap", "Install it."))
    page = view.page(score)
    assert page.error is not None
    assert "costs you nothing" in page.error.heading
    assert page.error.what == page.error.remedy == ""
    staff = view.page(score, "staff").error
    assert staff is not None
    assert (staff.what, staff.remedy) == ("no bwrap", "Install it.")


def test_points_that_wait_are_neither_earned_nor_lost(scores: dict[str, Score]) -> None:
    page = view.page(scores["perfect"])
    assert page.headline == "13 of 13 points so far"
    assert page.sentence == "Another 2 points wait for a person."
    assert page.share + page.waiting == pytest.approx(1.0)


def test_a_graded_submission(scores: dict[str, Score]) -> None:
    page = view.page(replace(scores["perfect"], status="graded", score=14.5, pending_points=0.0))
    assert (page.headline, page.sentence) == ("14.5 of 15 points", "Everything is graded.")
    assert page.waiting == 0


def test_students_read_the_seed_and_staff_everything(scores: dict[str, Score]) -> None:
    assert [name for name, _ in view.page(scores["perfect"]).facts] == ["seed", "fewlabels"]
    staff = [name for name, _ in view.page(scores["perfect"], "staff").facts]
    assert {"seed", "sandbox", "device", "python", "torch"} <= set(staff)
