"""`record`: results into autograded/ and gradebook.db, as nbgrader itself would have put them there."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.plugins import CsvExportPlugin

from autograder.errors import AssignmentError, CourseError, StorageError
from autograder.model import CellResult
from autograder.nbgrader_bridge import Recorded, prepared, record
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.recording import recorder
from tests.nbgrader_bridge.tiny_course import (
    Mark,
    TinyCourse,
    graded_as,
    make_course,
    source_notebook,
    ungraded,
)

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def answered(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[-1].source = "Because."


def test_partial_credit_arrives_unrounded(course: TinyCourse) -> None:
    course.submit("ada")
    course.submit("bob", answered)
    third = 2.0 / 3.0
    done = course.record(graded_as("ada", add=3.0, double=third, greet=0.0), graded_as("bob"))
    assert course.marks("ada") == {
        "add_checks": Mark(3.0, None, False),
        "double_checks": Mark(third, None, False),
        "greet_checks": Mark(0.0, None, False),
        "written": Mark(0.0, None, False),  # as it was handed out: no response
    }
    assert course.marks("bob")["written"] == Mark(None, None, True)
    assert done == {
        "ada": Recorded("ada", 3.0 + third, 8.5),
        "bob": Recorded("bob", 7.5, 8.5, waiting=("written",)),
    }


def test_a_check_cell_has_exactly_a_page_and_a_number(course: TinyCourse) -> None:
    course.submit("ada")
    course.record(graded_as("ada", add=1.25))
    page, number = course.autograded_cell("ada", "add_checks").outputs
    assert page.output_type == "display_data"
    assert set(page.data) == {"text/html", "text/plain"}
    assert "1.25" in page.data["text/plain"]
    assert "add does it." in page.data["text/html"]
    assert (number.output_type, number.data) == ("execute_result", {"text/plain": "1.25"})


def test_both_doors_write_the_same(course: TinyCourse, tmp_path: Path) -> None:
    other = TinyCourse(tmp_path / "other")
    shutil.copytree(course.root, other.root)
    outputs = ({"output_type": "stream", "name": "stderr", "text": "careful"},)
    results = [
        graded_as("ada", add=1.25, cells=(CellResult(index=1, outputs=outputs),)),
        graded_as("bob", greet=0.5),
        ungraded("eve"),
    ]
    for each in (course, other):
        each.submit("ada", answered)
        each.submit("bob", lambda notebook: notebook.cells.pop(2))
        each.submit("eve").write_text("no JSON")
    course.record(*results)
    other.nbgrader_autograde(*results)
    for student in ("ada", "bob", "eve"):
        assert course.marks(student) == other.marks(student)
        folder = Path("autograded") / student / "tiny"
        first, second = (sorted((each.root / folder).iterdir()) for each in (course, other))
        assert [path.name for path in first] == [path.name for path in second]
        assert first[0].read_bytes() == second[0].read_bytes()
        assert first[0].stat().st_mode == second[0].stat().st_mode


def test_what_cells_put_out_is_shown_and_stderr_costs_nothing(course: TinyCourse) -> None:
    def warn_everywhere(notebook: nbformat.NotebookNode) -> None:
        stale = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: stale")
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [stale]

    course.submit("ada", warn_everywhere)
    warned = {"output_type": "stream", "name": "stderr", "text": "UserWarning: fresh"}
    done = course.record(
        graded_as("ada", cells=tuple(CellResult(index, outputs=(warned,)) for index in range(7)))
    )
    assert done["ada"].score == 7.5
    assert [output.text for output in course.autograded_cell("ada", "add").outputs] == ["UserWarning: fresh"]
    assert len(course.autograded_cell("ada", "add_checks").outputs) == 2


def test_an_assignment_that_was_never_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(tmp_path / "course", source="source", config="")
    notebook = source_notebook()
    (course.root / "submitted" / "ada" / "tiny").mkdir(parents=True)
    nbformat.write(notebook, course.root / "submitted" / "ada" / "tiny" / "tiny.ipynb")
    monkeypatch.setenv(
        "PATH", os.defpath
    )  # the grader was started by its path, not from an activated environment
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    seen: list[Recorded] = []
    [done] = record(Path("course"), "tiny", {"ada": graded_as("ada", add=2.0)}, progress=seen.append)
    assert (done.score, done.waiting, done.failure) == (6.5, ("written",), None)
    assert seen == [done]
    assert sorted(path.name for path in course.root.iterdir()) == [
        ".autograder", "autograded", "gradebook.db", "source", "submitted",
    ]  # fmt: skip
    assert list((course.root / ".autograder" / "recording").iterdir()) == []
    assert (Path.cwd(), dict(os.environ)) == (tmp_path, before)


def test_points_that_were_changed_in_the_source_are_registered(course: TinyCourse) -> None:
    course.submit("ada")
    course.record(graded_as("ada"))
    richer = {"add": 4.0, "double": 2.0, "greet": 2.5}
    nbformat.write(source_notebook(richer), course.root / "assignments" / "tiny" / "tiny.ipynb")
    old, score = graded_as("ada"), graded_as("ada").score
    add, *rest = score.exercises
    new = replace(old, score=replace(score, exercises=(replace(add, points=4.0, max_points=4.0), *rest)))
    assert course.record(new)["ada"] == Recorded("ada", 8.5, 9.5)
    # A result that was computed for the old points is not taken for one of the new.
    stale = course.record(old)["ada"]
    assert (stale.score, stale.waiting) == (4.5, ("add_checks",))
    assert "3 points in the source notebook and 4 in the grade book" in stale.reasons[0]


def test_a_source_that_does_not_fit_is_told_before_anything_is_touched(course: TinyCourse) -> None:
    course.submit("ada")
    course.record(graded_as("ada"))
    before = course.marks("ada")
    nbformat.write(source_notebook({"other": 1.0}), course.root / "assignments" / "tiny" / "tiny.ipynb")
    with pytest.raises(AssignmentError, match="cannot be entered into the grade book"):
        course.record(graded_as("ada", add=0.0))
    assert course.marks("ada") == before
    with pytest.raises(AssignmentError, match="no source notebook"):
        record(course.root, "nothing", {})
    (course.root / "nbgrader_config.py").write_text("c = get_config()\nc.Autograde.odd = 1 / 0\n")
    with pytest.raises(CourseError, match=r"ZeroDivisionError.*line 2"):
        course.record(graded_as("ada"))


def test_one_submission_that_cannot_be_entered_stops_nobody(course: TinyCourse) -> None:
    for student in ("ada", "bob", "cy"):
        course.submit(student)
    course.record(graded_as("bob"))
    shutil.rmtree(course.root / "autograded" / "bob")
    (course.root / "autograded" / "bob").write_text("a file where a directory should be")
    done = course.record(*(graded_as(student) for student in ("ada", "bob", "cy", "dora")))
    assert [done[student].score for student in ("ada", "bob", "cy", "dora")] == [7.5, None, 7.5, None]
    assert done["bob"].failure is not None
    assert done["bob"].failure.blame == "grader"
    assert set(course.marks("bob").values()) == {Mark(None, None, True)}
    assert done["dora"].failure is not None
    assert "no such submission" in done["dora"].failure.what


def test_what_nbgrader_refuses_leaves_the_old_notebook(
    course: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.submit("ada")
    course.record(graded_as("ada", add=1.0))
    old = course.autograded("ada")
    config = course.root / "nbgrader_config.py"
    (course.root / "broken_hook.py").write_text(
        "from nbgrader.preprocessors import NbGraderPreprocessor\n"
        "class Refuse(NbGraderPreprocessor):\n"
        "    def preprocess(self, nb, resources):\n"
        "        raise RuntimeError('the course breaks this')\n"
    )
    config.write_text(
        config.read_text() + "\nc.Autograde.autograde_preprocessors.append('broken_hook.Refuse')\n"
    )
    done = course.record(graded_as("ada", add=2.0))["ada"]
    assert done.failure is not None
    assert "RuntimeError: the course breaks this" in done.failure.what
    assert course.autograded("ada") == old
    assert done.score is None


def test_timestamps_and_names_of_all_kinds(course: TinyCourse) -> None:
    for student, stamp in (("ada", "2026-03-01 12:00:00 UTC"), ("bob", "yesterday"), ("ann [2] é", "")):
        course.submit(student)
        (course.folder(student) / "timestamp.txt").write_text(stamp)
    done = course.record(*(graded_as(student) for student in ("ada", "bob", "ann [2] é")))
    assert [each.failure for each in done.values()] == [None, None, None]
    assert [each.score for each in done.values()] == [7.5, 7.5, 7.5]
    with closing(Gradebook(course.db_url)) as book:
        assert str(book.find_submission("tiny", "ada").timestamp) == "2026-03-01 12:00:00"


def test_feedback_and_export_work_as_ever(course: TinyCourse) -> None:
    course.submit("ada", answered)
    course.submit("eve").write_text("no JSON")
    course.record(graded_as("ada", add=1.25), ungraded("eve", blame="student"))
    course.nbgrader_feedback()
    page = (course.root / "feedback" / "ada" / "tiny" / "tiny.html").read_text()
    assert "Score: 1.25 / 3.0" in page
    assert "add does it." in page
    assert "could not be read" in (course.root / "feedback" / "eve" / "tiny" / "tiny.html").read_text()
    with closing(Gradebook(course.db_url)) as book:
        CsvExportPlugin(to=str(course.root / "grades.csv")).export(book)
    rows = (course.root / "grades.csv").read_text().splitlines()
    assert [row.split(",")[3::4] for row in rows[1:]] == [["ada", "5.75"], ["eve", "0.0"]]


def test_a_submission_whose_name_nbgrader_would_strip_is_not_entered_as_somebody_elses(
    course: TinyCourse,
) -> None:
    for student in ("ada", "ada "):
        course.submit(student)
    course.record(graded_as("ada"))
    done = course.record(graded_as("ada ", add=0.0))["ada "]
    assert done.failure is not None
    assert "takes this student for 'ada'" in done.failure.what
    assert sum(mark.automatic or 0.0 for mark in course.marks("ada").values()) == 7.5


def test_a_grade_book_that_is_deleted_or_damaged_ends_the_recording(course: TinyCourse) -> None:
    for student in ("ada", "bob"):
        course.submit(student)
    with recorder(course.root, "tiny") as writer:
        assert writer.enter("ada", graded_as("ada")).failure is None
        (course.root / "gradebook.db").unlink()
        with pytest.raises(StorageError, match="deleted or replaced"):
            writer.enter("bob", graded_as("bob"))


def test_nbgraders_log_does_not_act_on_a_terminal(
    course: TinyCourse, caplog: pytest.LogCaptureFixture
) -> None:
    student = "\x1b[2Jeve\rx"
    course.submit(student)
    log = logging.getLogger("nbgrader under test")
    config = course_config(course.root)
    where = Course(config=config, root=str(course.root), assignment_id="tiny", student_id="*")
    with caplog.at_level(logging.DEBUG), prepared({}):
        Autograde(coursedir=where, config=config, log=log, force=True).start()
    assert any("\\x1b[2Jeve\\x0dx" in message for message in caplog.messages)
    assert not any("\x1b" in message or "\r" in message for message in caplog.messages)
