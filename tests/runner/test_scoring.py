"""Points follow from verdicts: never below zero, never above the worth, and a fault neither costs nor gives."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.assignment import Assignment, Exercise
from autograder.model import CheckResult, ExerciseResult, Notebook, Verdict
from autograder.runner import scoring

DRAWN = settings(derandomize=True, database=None, deadline=None, max_examples=150)
FOUR = Exercise("double", "double_checks", 4.0, manual=False)
WRITTEN = Exercise("why", "why", 2.0, manual=True)


def result(
    verdict: Verdict = "holds", weight: float = 1.0, credit: float | None = None, essential: bool = False
) -> CheckResult:
    earned = float(verdict == "holds") if credit is None else credit
    return CheckResult("law", "It is so.", "public", weight, verdict, credit=earned, essential=essential)


def broken(weight: float = 1.0) -> CheckResult:
    return result("falsified", weight)


weights = st.sampled_from([0.5, 1.0, 2.0, 3.0, 1 / 3, 1e-3, 1e6])
verdicts = st.sampled_from([each for each in get_args(Verdict) if each != "grader_fault"])
results = st.lists(
    st.builds(result, verdicts, weights, st.none() | st.floats(0, 1), st.booleans()), min_size=1, max_size=8
)
worths = st.floats(0, 100) | st.sampled_from([0.0, 1 / 3, 2 / 3, 20.0])


def exercise(points: float) -> Exercise:
    return replace(FOUR, points=points)


# --- one exercise


def test_all_laws_give_all_points() -> None:
    assert scoring.exercise_result(FOUR, [result(), result(weight=3)]) == ExerciseResult(
        "double", 4.0, 4.0, None, (result(), result(weight=3))
    )


def test_the_weight_that_holds_gives_its_part() -> None:
    found = scoring.exercise_result(FOUR, [result(), broken(weight=3)])
    assert (found.points, found.blame, found.note) == (1.0, "student", "")


def test_a_part_of_a_law_gives_a_part_of_its_weight() -> None:
    assert scoring.exercise_result(FOUR, [result("falsified", 1.0, 0.5), result()]).points == 3.0


@pytest.mark.parametrize(
    "verdict", ["falsified", "raised", "missing", "timed_out", "crashed", "inconsistent", "skipped"]
)
def test_no_verdict_but_holding_gives_points(verdict: Verdict) -> None:
    found = scoring.exercise_result(FOUR, [result(verdict), result()])
    assert (found.points, found.blame) == (2.0, "student")


@pytest.mark.parametrize("credit", [float("nan"), float("-inf"), -3.0])
def test_odd_credit_gives_nothing(credit: float) -> None:
    assert scoring.exercise_result(FOUR, [result("falsified", 1.0, credit)]).points == 0.0


def test_credit_above_one_gives_no_more_than_the_weight() -> None:
    assert scoring.exercise_result(FOUR, [result("falsified", 1.0, 9.0), broken()]).points == 2.0


def test_an_inconsistent_law_asks_for_a_person() -> None:
    found = scoring.exercise_result(FOUR, [result("inconsistent"), result()])
    assert found.note == "A result depended on what was called before; a person should look."


@pytest.mark.parametrize(
    "verdict", ["falsified", "raised", "missing", "timed_out", "crashed", "inconsistent", "skipped"]
)
def test_without_an_essential_law_the_others_share_out_half_of_the_points(verdict: Verdict) -> None:
    found = scoring.exercise_result(FOUR, [result(verdict, essential=True), result(weight=2), result()])
    assert (found.points, found.blame) == (1.5, "student")


def test_several_essential_laws_cost_one_half_once() -> None:
    lost = [result("falsified", essential=True), result("falsified", essential=True)]
    assert scoring.exercise_result(FOUR, [*lost, result(), result()]).points == 1.0


def test_a_part_of_an_essential_law_is_not_the_whole_of_it() -> None:
    assert (
        scoring.exercise_result(FOUR, [result("falsified", 1.0, 0.5, essential=True), result()]).points == 1.5
    )


def test_essential_laws_that_hold_change_nothing() -> None:
    found = scoring.exercise_result(FOUR, [result(essential=True), broken()])
    assert found.points == scoring.exercise_result(FOUR, [result(), broken()]).points == 2.0


def test_nothing_asked_earns_nothing() -> None:
    assert scoring.earned(()) == 0.0


@DRAWN
@given(worths, results, weights)
def test_never_more_than_half_without_an_essential_law(
    worth: float, checks: list[CheckResult], weight: float
) -> None:
    found = scoring.exercise_result(exercise(worth), [*checks, replace(broken(weight), essential=True)])
    assert found.points <= worth / 2 + 0.5 * 10**-scoring.DIGITS


def test_thirds_come_out_alike_everywhere() -> None:
    assert scoring.exercise_result(FOUR, [result(), broken(), broken()]).points == 1.3333


@DRAWN
@given(worths, results)
def test_points_lie_between_nothing_and_the_worth(worth: float, checks: list[CheckResult]) -> None:
    found = scoring.exercise_result(exercise(worth), checks)
    assert 0.0 <= found.points <= found.max_points == worth


@DRAWN
@given(worths, results, st.data())
def test_one_more_law_that_holds_never_costs_points(
    worth: float, checks: list[CheckResult], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(checks) - 1))
    better = [
        replace(each, verdict="holds", credit=1.0) if i == index else each for i, each in enumerate(checks)
    ]
    assert (
        scoring.exercise_result(exercise(worth), checks).points
        <= scoring.exercise_result(exercise(worth), better).points
    )


@DRAWN
@given(worths.filter(lambda worth: worth > 0.01), results)
def test_full_points_are_for_laws_that_all_hold(worth: float, checks: list[CheckResult]) -> None:
    checks = [replace(each, weight=1.0, credit=float(each.verdict == "holds")) for each in checks]
    found = scoring.exercise_result(exercise(worth), checks)
    all_hold = all(each.verdict == "holds" for each in checks)
    assert (found.points == worth) == all_hold
    assert (found.blame is None) == all_hold


@DRAWN
@given(worths, results, results)
def test_a_fault_of_the_grader_neither_costs_nor_gives(
    worth: float, before: list[CheckResult], after: list[CheckResult]
) -> None:
    found = scoring.exercise_result(exercise(worth), [*before, result("grader_fault", credit=1.0), *after])
    assert (found.points, found.blame) == (0.0, "grader")
    assert scoring.waiting(found)
    assert found.note == "A check failed by itself; a person looks at this exercise."
    assert scoring.totals([found])[1:] == (0.0, round(worth, 4))


def test_no_check_is_never_full_marks() -> None:
    found = scoring.exercise_result(FOUR, [])
    assert (found.points, found.blame, found.note) == (0.0, "grader", "No check looked at this exercise.")


def test_an_answer_in_words_waits() -> None:
    found = scoring.exercise_result(WRITTEN, [])
    assert found == ExerciseResult("why", 0.0, 2.0, None, (), True, "A person reads this answer.")
    assert scoring.waiting(found)


# --- a submission


def test_totals_keep_what_waits_apart() -> None:
    right = ExerciseResult("double", 3.0, 4.0, "student")
    fault = ExerciseResult("triple", 0.0, 1.5, "grader")
    course = ExerciseResult("half", 0.0, 0.5, "course")
    written = ExerciseResult("why", 0.0, 2.0, None, manual=True)
    assert scoring.totals([right]) == ("graded", 3.0, 0.0)
    assert scoring.totals([right, fault, course, written]) == ("pending", 3.0, 4.0)


def test_points_of_an_exercise_that_waits_are_not_counted() -> None:
    assert scoring.totals([ExerciseResult("triple", 9.0, 9.0, "grader")]) == ("pending", 0.0, 9.0)


def test_every_exercise_of_the_assignment_has_a_result_in_its_order() -> None:
    other = replace(FOUR, name="triple")
    assignment = Assignment("tiny", Notebook("tiny.ipynb", ()), (WRITTEN, other, FOUR))
    found = scoring.exercise_results(assignment, {"double": [result()], "unknown": [result()]})
    assert [(each.name, each.points, each.blame) for each in found] == [
        ("why", 0.0, None),
        ("triple", 0.0, "grader"),
        ("double", 4.0, None),
    ]
