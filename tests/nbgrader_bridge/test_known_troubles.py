"""What hurts people who use nbgrader, from its issue tracker, and does not happen here. Each test has its issue's number.

Most go through nbgrader's own converter with the course's own configuration, as formgrader's buttons do.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment, NbGraderException

from autograder.errors import AssignmentError
from autograder.model import CellResult, CheckResult, Counterexample
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it
from tests.nbgrader_bridge.tiny_course import (
    POINTS,
    Mark,
    TinyCourse,
    graded_as,
    labelled,
    solve,
    source_notebook,
    ungraded,
)

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

Notebook = nbformat.NotebookNode


def cell(notebook: Notebook, grade_id: str) -> Notebook:
    cells = notebook.cells
    [found] = [each for each in cells if each.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def automatic(course: TinyCourse, student: str) -> dict[str, float | None]:
    marks = course.marks(student)
    return {name: marks[f"{name}_checks"].automatic for name in POINTS}


def source(course: TinyCourse, notebook: Notebook) -> None:
    nbformat.write(notebook, course.root / "assignments" / "tiny" / "tiny.ipynb")


def generate(course: TinyCourse) -> None:
    config = course_config(course.root)
    where = Course(config=config, root=str(course.root), assignment_id="tiny")
    with as_nbgrader_likes_it(course.root):
        GenerateAssignment(coursedir=where, config=config, force=True).start()


def feedback(course: TinyCourse, student: str) -> str:
    course.nbgrader_feedback()
    return (course.root / "feedback" / student / "tiny" / "tiny.html").read_text()


# --- one bad notebook aborts the batch -----------------------------------------------------------------------------------


def test_1083_copied_cells_abort_nobodys_grading(course: TinyCourse) -> None:
    """A student copies cells, ids and all; nbgrader takes that for an old format and stops."""

    def copy(notebook: Notebook) -> None:
        notebook.cells[1:1] = [
            nbformat.from_dict({**cell(notebook, name), "id": f"copy-{name}"})
            for name in ("add", "add_checks")
        ]

    course.submit("ada", copy)
    course.submit("bob")
    course.nbgrader_autograde(graded_as("ada", add=1.25), graded_as("bob"))
    assert automatic(course, "ada") == {"add": 1.25, "double": 2.0, "greet": 2.5}
    assert automatic(course, "bob") == POINTS


def test_1331_an_id_twice_in_the_source_is_told_before_it_is_released(course: TinyCourse) -> None:
    """A teacher copies a cell of the source; the copy has the same id, and later nothing can be graded."""
    released = (course.root / "release" / "tiny" / "tiny.ipynb").read_bytes()
    notebook = source_notebook()
    notebook.cells.append(nbformat.from_dict({**cell(notebook, "add_checks"), "id": "copy"}))
    source(course, notebook)
    with pytest.raises(NbGraderException, match="Nothing was changed: Duplicate grade id: add_checks"):
        generate(course)
    assert (course.root / "release" / "tiny" / "tiny.ipynb").read_bytes() == released
    course.submit("ada")
    with pytest.raises(AssignmentError, match="Two cells have the grade id 'add_checks'"):
        course.record(graded_as("ada"))


# --- a deleted cell waits for manual grading for ever --------------------------------------------------------------------


def test_1682_a_deleted_check_cell_does_not_wait_for_ever(course: TinyCourse) -> None:
    """Formgrader says "needs manual grading" and shows nothing that could be graded."""
    course.submit("ada", lambda notebook: notebook.cells.remove(cell(notebook, "double_checks")))
    course.nbgrader_autograde(graded_as("ada", double=0.5))
    assert course.marks("ada")["double_checks"] == Mark(0.5, None, False)
    assert course.autograded_cell("ada", "double_checks").source == 'check("double")'
    with closing(Gradebook(course.db_url)) as book:
        assert not book.find_submission("tiny", "ada").needs_manual_grade


def test_1941_what_is_deleted_or_of_another_type_can_be_graded_by_hand(course: TinyCourse) -> None:
    """Cells that changed their type or are gone break the batch, and no person can set it right."""

    def compromise(notebook: Notebook) -> None:
        cell(notebook, "add").cell_type = "markdown"
        cell(notebook, "greet_checks").cell_type = "raw"
        notebook.cells.remove(cell(notebook, "written"))

    course.submit("ada", compromise)
    course.submit("bob")
    course.nbgrader_autograde(ungraded("ada"), graded_as("bob"))
    assert automatic(course, "bob") == POINTS
    waiting = course.marks("ada")
    assert set(waiting.values()) == {Mark(None, None, True)}
    for grade_id in waiting:
        assert course.autograded_cell(
            "ada", grade_id
        ).metadata.nbgrader.grade  # there is a field to type into
        course.mark_by_hand("ada", grade_id, 0.5)
    with closing(Gradebook(course.db_url)) as book:
        submission = book.find_submission("tiny", "ada")
        assert (float(submission.score), submission.needs_manual_grade) == (2.0, False)


# --- points by accident --------------------------------------------------------------------------------------------------


def test_1904_a_warning_on_stderr_costs_nothing(course: TinyCourse) -> None:
    """nbgrader takes anything on stderr for a failed test: no points."""
    warned = {"output_type": "stream", "name": "stderr", "text": "UserWarning: careful"}
    course.submit("ada")
    course.nbgrader_autograde(
        graded_as("ada", cells=tuple(CellResult(index, outputs=(warned,)) for index in range(7)))
    )
    assert automatic(course, "ada") == POINTS
    assert "UserWarning: careful" in feedback(course, "ada")


def test_no_result_is_never_full_marks(course: TinyCourse) -> None:
    """For nbgrader a check cell that put out nothing has passed."""
    course.submit("ada")
    course.nbgrader_autograde(graded_as("somebody-else"))
    assert {course.marks("ada")[f"{name}_checks"] for name in POINTS} == {Mark(None, None, True)}


def test_1399_points_and_the_reason_for_them(course: TinyCourse) -> None:
    """A test cell of nbgrader's can print why, or return part of the points, not both."""
    course.submit("ada")
    third = 1 / 3
    course.nbgrader_autograde(graded_as("ada", add=third))
    assert automatic(course, "ada")["add"] == third
    page = feedback(course, "ada")
    assert "add does it." in page
    assert "Score: 0.33 / 3.0" in page


def test_1004_a_dead_kernel_costs_its_exercise_only(course: TinyCourse, tiny_checks: object) -> None:
    """The kernel dies in the middle of a notebook, and there is no score for any of it."""

    def die(notebook: Notebook) -> None:
        solve("add", "greet")(notebook)
        cell(notebook, "double").source = "def double(x):\n    import os\n    os._exit(1)"

    course.submit("ada", die)
    course.submit("bob", solve("double"))
    course.nbgrader_autograde(prepare=False)
    assert automatic(course, "ada") == {"add": 3.0, "double": 0.0, "greet": 2.5}
    assert "ended its process" in feedback(course, "ada")
    assert automatic(course, "bob")["double"] == 2.0


# --- hidden tests show in feedback ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("issue", ["917 in the feedback", "1363 in the autograded notebook"])
def test_917_1363_hidden_tests_stay_hidden(course: TinyCourse, issue: str) -> None:
    """Autograde puts hidden tests back into the notebook, and feedback shows them, with their answers."""
    (course.root / "autograder.toml").write_text('reveal = "law"\n')
    found = Counterexample("add(x)", {"x": "1234567"}, "1", "7654321", "print(add(1234567))")
    hidden = CheckResult(
        "secret_name", "It agrees.", "hidden", 1, "falsified", 9, "7654321 was expected.", found
    )
    graded = graded_as("ada")
    add, *rest = graded.score.exercises
    exercises = (replace(add, points=0.0, checks=(hidden,)), *rest)
    course.submit("ada")
    course.nbgrader_autograde(replace(graded, score=replace(graded.score, exercises=exercises)))
    if issue.startswith("917"):
        shown = feedback(course, "ada")
    else:
        shown = (course.root / "autograded" / "ada" / "tiny" / "tiny.ipynb").read_text()
    assert "It agrees." in shown
    assert not [secret for secret in ("1234567", "7654321") if secret in shown]


# --- regenerating a release after submissions destroys it ----------------------------------------------------------------


@pytest.fixture
def submitted(course: TinyCourse) -> TinyCourse:
    course.submit("ada")
    course.nbgrader_autograde(graded_as("ada", add=1.0))
    course.mark_by_hand("ada", "add_checks", 2.5)
    return course


def test_1646_cells_can_be_added_after_submissions(submitted: TinyCourse) -> None:
    """`Cannot add or remove cells`, and the way out is to remove the assignment with everybody's marks."""
    notebook = source_notebook()
    more = nbformat.v4.new_code_cell('check("add")', id="more")
    notebook.cells.insert(3, labelled(more, "add_checks_2", grade=True, locked=True, points=1.0))
    source(submitted, notebook)
    generate(submitted)
    assert submitted.marks("ada")["add_checks"] == Mark(1.0, 2.5, False)
    assert submitted.marks("ada")["add_checks_2"] == Mark(None, None, True)
    assert "add_checks_2" in (submitted.root / "release" / "tiny" / "tiny.ipynb").read_text()


def test_1699_a_refused_change_leaves_release_and_marks(submitted: TinyCourse) -> None:
    """Generate removes the release first and fails then."""
    released = (submitted.root / "release" / "tiny" / "tiny.ipynb").read_bytes()
    source(submitted, source_notebook({"add": 3.0, "double": 2.0}))
    with pytest.raises(NbGraderException, match=r"Nothing was changed: greet_checks: .*with 0 points"):
        generate(submitted)
    assert (submitted.root / "release" / "tiny" / "tiny.ipynb").read_bytes() == released
    assert submitted.marks("ada")["add_checks"] == Mark(1.0, 2.5, False)


# --- concurrent graders lock the database --------------------------------------------------------------------------------


def test_a_grade_book_in_use_is_waited_for(course: TinyCourse) -> None:
    """Somebody else writes for longer than the five seconds after which SQLite gives up."""
    course.submit("ada")
    with closing(sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(6.5, other.rollback)
        release.start()
        begun = time.monotonic()
        done = course.record(graded_as("ada"))["ada"]
        release.join()
    assert time.monotonic() - begun > 6
    assert (done.score, done.failure) == (7.5, None)


def test_several_graders_at_once(course: TinyCourse) -> None:
    """Three processes enter results, through both doors; a fourth gives marks by hand meanwhile."""
    students = [f"s{number}" for number in range(4)]
    for student in students:
        course.submit(student)
    course.record(graded_as("s0"))

    def enter(mine: list[str], door: str) -> None:
        for student in mine:
            if door == "record":
                done = course.record(graded_as(student, add=1.5))[student]
                assert done.failure is None, done.failure
            else:
                course.nbgrader_autograde(graded_as(student, add=1.5), student=student)

    def mark() -> None:
        for number in range(20):
            course.mark_by_hand("s0", "double_checks", number / 10)
            time.sleep(0.02)

    doors = ("record", "nbgrader_autograde", "record")
    jobs: list[Callable[[], None]] = [
        partial(enter, students[1 + number :: 3], door) for number, door in enumerate(doors)
    ]
    processes = [forked(job) for job in (mark, *jobs)]
    assert [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes] == [0] * 4
    assert course.marks("s0")["double_checks"] == Mark(2.0, 1.9, False)
    for student in students[1:]:
        assert automatic(course, student) == {"add": 1.5, "double": 2.0, "greet": 2.5}


def forked(job: Callable[[], Any]) -> int:
    """A process of its own, a copy of this one."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            job()
            status = 0
        finally:
            os._exit(status)
    return process
