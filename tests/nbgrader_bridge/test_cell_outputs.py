"""An exercise's result in its check cell, and which results may count at all."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from autograder.model import CheckResult
from autograder.nbgrader_bridge.cell_outputs import judged_outputs, points_of, shared, unjudged_outputs
from tests.nbgrader_bridge.tiny_course import result


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"blame": "grader"}, "The grader is at fault."),
        ({"blame": "course"}, "The course is at fault."),
        ({"blame": "course", "note": "The reference failed."}, "The reference failed."),
        ({"manual": True}, "It is graded by hand."),
        ({"points": math.nan}, "nan of 3 points is no result."),
        ({"points": math.inf}, "inf of 3 points is no result."),
        ({"points": -0.5}, "-0.5 of 3 points is no result."),
        ({"points": 3.5}, "3.5 of 3 points is no result."),
        ({"max_points": 5.0}, "5 points in the source notebook and 3 in the grade book"),
    ],
)
def test_what_does_not_count(changes: dict[str, Any], reason: str) -> None:
    points, said = points_of(result("add", **{"points": 3.0, **changes}), 3.0)
    assert points is None
    assert reason in said
    assert points_of(None, 3.0) == (None, "There is no result for it.")


@pytest.mark.parametrize("points", [0.0, 1 / 3, 3.0 * (1 - 1e-16), 3.0, 3.0000000000000004, -0.0, 5e-324])
@pytest.mark.parametrize("blame", [None, "student"])
def test_nbgrader_reads_the_points_that_were_given(points: float, blame: Any) -> None:
    exercise = result("add", points, blame=blame)
    counted, _ = points_of(exercise, 3.0)
    assert counted == min(points, 3.0)
    assert read_by_nbgrader(judged_outputs(exercise, counted, "law")) == (counted, 3.0)


def test_nbgrader_reads_no_points_where_none_were_given() -> None:
    assert read_by_nbgrader(unjudged_outputs(None, "law")) == (0, 3.0)
    assert read_by_nbgrader(unjudged_outputs(result("add", 3.0), "law")) == (0, 3.0)


def read_by_nbgrader(outputs: Any) -> tuple[float, float]:
    label = {"grade": True, "solution": False, "locked": True, "points": 3.0, "grade_id": "add_checks"}
    cell = new_code_cell('check("add")', outputs=outputs, metadata={"nbgrader": label})
    grade: tuple[float, float] = determine_grade(cell, logging.getLogger("test"))
    return grade


def test_students_see_of_hidden_laws_what_the_course_reveals() -> None:
    secret = CheckResult("oracle", "It agrees.", "hidden", 1, "falsified", message="42 was expected.")
    exercise = result("add", 0.0, checks=(secret,), note="for staff", blame="grader")
    law = judged_outputs(exercise, 0.0, "law")[0].data
    assert ("It agrees." in law["text/plain"], "It agrees." in law["text/html"]) == (True, True)
    assert not any(word in str(law) for word in ("42", "for staff"))
    assert "42" in judged_outputs(exercise, 0.0, "counterexample")[0].data["text/plain"]


@pytest.mark.parametrize(
    ("points", "worth"), [(4 / 3, [3, 1]), (0.1, [0.1] * 3), (7.0, [7.0]), (0.0, [0.0, 0.0]), (1e-9, [1, 2])]
)
def test_cells_of_one_exercise_have_its_points_together(points: float, worth: list[float]) -> None:
    shares = shared(points, worth)
    assert sum(shares) == pytest.approx(points, abs=1e-12)
    assert all(0 <= share <= each for share, each in zip(shares, worth, strict=True))
