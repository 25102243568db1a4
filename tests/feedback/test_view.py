from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autograder.feedback import phrases, view
from autograder.feedback.exercise_view import example
from autograder.laws import vocabulary
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


def test_the_law_that_leads_has_the_card_and_one_that_is_unsettled_never_before_others() -> None:
    found = Counterexample("f(x)")
    checks = [check("one", "inconsistent", found), check("two", "falsified", found)]
    assert exercise(*checks).first == exercise(checks[1]).first
    led = replace(check("three", "falsified", found), leads=True)
    seen = exercise(*checks, led)
    assert seen.first is not None
    assert seen.first.name == "three"


VALUES = Counterexample("f(x)", what="prototypes")
FLOAT32 = "That is the size of float32's rounding: is something on the way in float32?"


@pytest.mark.parametrize(
    ("first", "other", "reason"),
    [
        (check("a", "falsified", VALUES), check("b", "falsified", VALUES), "Wrong values break further laws"),
        (
            check("a", "falsified", VALUES),
            check("b", "falsified", replace(VALUES, what="the gradient of x")),
            "Wrong values break further laws",
        ),
        (
            check("a", "falsified", replace(VALUES, what="the gradient of x")),
            check("b", "falsified", VALUES),
            "",
        ),
        (
            check("a", "falsified", VALUES),
            check("b", "falsified", replace(VALUES, what="the shape of f")),
            "",
        ),
        (check("a", "falsified", VALUES), check("b", "falsified", replace(VALUES, what="")), ""),
        (check("a", "falsified", VALUES), check("b", "falsified", VALUES, credit=0.5), ""),
        (
            check("a", "falsified", VALUES, message=f"One. {FLOAT32}"),
            check("b", "falsified", VALUES, message=f"Other. {FLOAT32}"),
            "Rounding of the size of float32",
        ),
        (
            check("a", "raised", message="It raised KeyError: 3 (line 2)"),
            check("b", "raised", message="It raised KeyError: 3 (line 4)"),
            "The same error breaks",
        ),
        (
            check("a", "raised", message="It raised KeyError: 3 (line 2)"),
            check("b", "raised", message="It raised ValueError: 3 (line 2)"),
            "",
        ),
        (check("a", "raised", message="It raised KeyError: 3"), check("b", "falsified", VALUES), ""),
        (
            check("a", "raised", message="It raised KeyError: 31 (line 2)"),
            check("b", "falsified", replace(VALUES, returned="KeyError: 31")),
            "The same error breaks",
        ),
        (
            check("a", "missing", message="f is not defined."),
            check("b", "missing", message="f is not defined."),
            "",
        ),
    ],
)
def test_what_says_nothing_new_is_folded(first: CheckResult, other: CheckResult, reason: str) -> None:
    seen = exercise(replace(first, leads=True), other)
    assert [group.reason.startswith(reason) for group in seen.folded] == [True] * bool(reason)
    assert len(seen.others) == (not reason)
    assert seen.broken == 2 - (other.credit > 0)


def test_the_words_of_a_rounding_are_those_of_messages() -> None:
    assert phrases.FLOAT32 in vocabulary.FLOAT32
    assert vocabulary.FLOAT32 == FLOAT32


def test_what_came_back_says_what_it_is_and_whose_the_other_is() -> None:
    found = Counterexample("f(x)", what="prototypes, call 2", own="call 1", facts=(("Call 1 gave", "[0]"),))
    seen = example(replace(found, right=(("The right prototypes", "[1]\x1b"),)))
    assert seen.came_back == "What came back (prototypes, call 2)"
    assert seen.had_to.startswith("What had to come back, by what call 1 gave (your own answer")
    assert [name for name, _ in seen.more] == ["The right prototypes", "Call 1 gave"]
    assert "\x1b" not in seen.more[0][1]
    plain = example(Counterexample("f(x)"))
    assert (plain.came_back, plain.had_to) == ("What came back", "What had to come back")


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
