"""Who gives points: results, people, and nobody by accident."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.model import Graded
from tests.nbgrader_bridge.tiny_course import (
    POINTS,
    Mark,
    TinyCourse,
    graded_as,
    labelled,
    source_notebook,
    ungraded,
)

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

NOTHING_YET = Mark(None, None, True)


def with_add(student: str, **changes: Any) -> Graded:
    """Full marks, with the result of the first exercise changed."""
    graded = graded_as(student)
    add, *rest = graded.score.exercises
    return replace(graded, score=replace(graded.score, exercises=(replace(add, **changes), *rest)))


def without_add(student: str) -> Graded:
    graded = graded_as(student)
    return replace(graded, score=replace(graded.score, exercises=graded.score.exercises[1:]))


def test_no_result_is_no_points_and_waits(course: TinyCourse) -> None:
    cases = {
        "absent": without_add("absent"),
        "course": with_add("course", blame="course", note="The reference failed."),
        "nan": with_add("nan", points=math.nan),
        "ungraded": ungraded("ungraded"),
    }
    for student in cases:
        course.submit(student)
    done = course.record(*cases.values())
    for student in cases:
        assert course.marks(student)["add_checks"] == NOTHING_YET, student
        assert "add_checks" in done[student].waiting
        assert done[student].reasons != ()
        outputs = course.autograded_cell(student, "add_checks").outputs
        assert (
            outputs[-1].output_type == "error"
        )  # even nbgrader's own SaveAutoGrades would give nothing for it
        if student != "ungraded":
            assert course.marks(student)["double_checks"] == Mark(2.0, None, False)
    assert done["course"].reasons == ("add_checks: The reference failed.",)
    assert "The reference failed." not in str(course.autograded_cell("course", "add_checks").outputs)
    assert (done["ungraded"].score, done["ungraded"].failure is not None) == (None, True)


def test_the_students_fault_is_judged(course: TinyCourse) -> None:
    course.submit("ada")
    course.record(with_add("ada", points=0.0, blame="student", note="add is not defined."))
    assert course.marks("ada")["add_checks"] == Mark(0.0, None, False)
    assert "add is not defined." in str(course.autograded_cell("ada", "add_checks").outputs)


def test_a_submission_without_a_result_under_nbgrader(course: TinyCourse) -> None:
    course.submit("ada")
    course.nbgrader_autograde(graded_as("somebody else"))
    marks = course.marks("ada")
    assert {grade_id: marks[f"{grade_id}_checks"] for grade_id in POINTS} == dict.fromkeys(
        POINTS, NOTHING_YET
    )


def rewrite(exercise: str) -> Any:
    def edit(notebook: nbformat.NotebookNode) -> None:
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
                cell.source += "\n# written again"

    return edit


@pytest.mark.parametrize("door", ["record", "nbgrader_autograde"])
def test_marks_given_by_hand_stay(course: TinyCourse, door: str) -> None:
    grade = getattr(course, door)
    course.submit("ada", rewrite("written"))
    grade(graded_as("ada", add=1.0, double=1.0))
    course.mark_by_hand("ada", "add_checks", 2.5)
    course.mark_by_hand("ada", "double_checks", 0.5)
    course.mark_by_hand("ada", "written", 0.75)

    grade(graded_as("ada", add=1.0, double=1.0))  # nothing has changed: nothing to look at again
    assert course.marks("ada") == {
        "add_checks": Mark(1.0, 2.5, False),
        "double_checks": Mark(1.0, 0.5, False),
        "greet_checks": Mark(2.5, None, False),
        "written": Mark(None, 0.75, False),
    }

    done = grade(graded_as("ada", add=2.0, double=1.0))  # the automatic points under a mark have changed
    if door == "record":
        changed = "2.5 points were given by hand; the automatic points under them were 1 and are 2 now."
        assert done["ada"].review == (f"add_checks: {changed}",)
    assert course.marks("ada")["add_checks"] == Mark(2.0, 2.5, True)
    assert course.marks("ada")["double_checks"] == Mark(1.0, 0.5, False)

    def both(notebook: nbformat.NotebookNode) -> None:
        rewrite("double")(notebook)
        rewrite("written")(notebook)

    course.submit("ada", both)
    course.mark_by_hand("ada", "add_checks", 2.5)
    done = grade(
        graded_as("ada", add=2.0, double=1.0)
    )  # the code under a mark has changed, its points have not
    if door == "record":
        changed = "0.5 points were given by hand; what was handed in has changed since."
        assert done["ada"].review == (f"double_checks: {changed}",)
    assert course.marks("ada")["add_checks"] == Mark(2.0, 2.5, False)
    assert course.marks("ada")["double_checks"] == Mark(1.0, 0.5, True)
    assert course.marks("ada")["written"] == Mark(None, 0.75, False)

    course.submit("ada")  # the written answer has gone
    grade(graded_as("ada", add=2.0, double=1.0))
    assert course.marks("ada")["written"] == Mark(0.0, 0.75, True)


def test_a_hand_resolves_what_the_grader_could_not(course: TinyCourse) -> None:
    course.submit("ada")
    course.record(ungraded("ada"))
    course.mark_by_hand("ada", "add_checks", 3.0)
    done = course.record(ungraded("ada"))["ada"]
    assert course.marks("ada")["add_checks"] == Mark(None, 3.0, False)
    assert course.marks("ada")["double_checks"] == NOTHING_YET
    assert done.score == 3.0
    course.record(graded_as("ada"))  # now there are automatic points under it
    assert course.marks("ada")["add_checks"] == Mark(3.0, 3.0, True)


@pytest.mark.parametrize("door", ["record", "nbgrader_autograde"])
def test_comments_and_extra_credit_stay(course: TinyCourse, door: str) -> None:
    course.submit("ada", rewrite("written"))
    getattr(course, door)(graded_as("ada", add=1.0))
    with closing(Gradebook(course.db_url)) as book:
        book.find_comment("add", "tiny", "tiny", "ada").manual_comment = "Nearly."
        book.find_grade("double_checks", "tiny", "tiny", "ada").extra_credit = 0.5
        book.db.commit()
    getattr(course, door)(graded_as("ada", add=2.0))
    with closing(Gradebook(course.db_url)) as book:
        submission = book.find_submission("tiny", "ada")
        assert float(submission.score) == 2.0 + 2.0 + 0.5 + 2.5
        assert book.find_comment("add", "tiny", "tiny", "ada").comment == "Nearly."
    course.nbgrader_feedback()
    page = (course.root / "feedback" / "ada" / "tiny" / "tiny.html").read_text()
    assert "Nearly." in page
    assert "Score: 7.0 / 8.5" in page


def test_several_check_cells_share_an_exercise(course: TinyCourse) -> None:
    notebook = source_notebook()
    more = nbformat.v4.new_code_cell('check("add")', id="more")
    notebook.cells.insert(3, labelled(more, "add_checks_2", grade=True, locked=True, points=1.0))
    nbformat.write(notebook, course.root / "assignments" / "tiny" / "tiny.ipynb")
    course.submit("ada")
    third = 4.0 / 3.0  # of 4 points, which are 3 and 1
    done = course.record(with_add("ada", points=third, max_points=4.0))["ada"]
    assert course.marks("ada")["add_checks"] == Mark(1.0, None, False)
    assert course.marks("ada")["add_checks_2"].automatic == pytest.approx(third / 4)
    assert done.score == third + 2.0 + 2.5
    first, second = (
        course.autograded_cell("ada", name).outputs[0] for name in ("add_checks", "add_checks_2")
    )
    assert "add does it." in first.data["text/html"]
    assert second.text == "add is shown above; this cell has its share of the points."
    done = course.record(with_add("ada", points=0.0, max_points=4.0, blame="grader"))["ada"]
    assert done.waiting == ("add_checks", "add_checks_2")
    assert done.reasons == ("add_checks: The grader is at fault.",)
