"""What leaves the grade book: marks by laws and by hand, less penalties; nbgrader's own export door included."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from autograder.exports.marks import Mark
from autograder.nbgrader_bridge.exporting import marks
from tests.nbgrader_bridge.tiny_course import TinyCourse, graded_as, ungraded


def answered(notebook: Any) -> None:
    """An answer that somebody has to read."""
    notebook.cells[-1].source = "Because I say so."


@pytest.fixture
def marked(course: TinyCourse) -> TinyCourse:
    for student in ("ada", "bob", "eve"):
        course.submit(student, answered)
    course.record(graded_as("ada", add=1.5), graded_as("bob"), ungraded("eve"))
    course.mark_by_hand("ada", "written", 0.5)
    with closing(Gradebook(course.db_url)) as book:
        book.update_or_create_student("ada", email="ada@uni.example", last_name="=Lovelace")
        notebook = book.find_submission("tiny", "ada").notebooks[0]
        notebook.late_submission_penalty = 1.0
        book.db.commit()
    return course


def test_marks_are_what_counts(marked: TinyCourse) -> None:
    assert marks(marked.root, "tiny") == [
        Mark("ada", 5.5, 8.5, False, "", "=Lovelace", "ada@uni.example"),
        Mark("bob", 7.5, 8.5, True),
        Mark("eve", None, 8.5, True),
    ]


def test_what_the_grade_book_does_not_know_has_no_marks(course: TinyCourse, tmp_path: Path) -> None:
    assert marks(course.root, "other") is None
    (tmp_path / "empty").mkdir()
    assert marks(tmp_path / "empty", "tiny") is None
    assert not (tmp_path / "empty" / "gradebook.db").exists()


def test_nbgrader_export_takes_our_plugin(marked: TinyCourse, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("Username,Email address\nx1,ada@uni.example\nbob,b@uni.example\n")
    plugin = "autograder.nbgrader_bridge.exporting.MoodleExporter"
    out = tmp_path / "moodle.csv"
    app = ExportApp()
    app.initialize(
        [
            f"--exporter={plugin}",
            f"--MoodleExporter.roster={people}",
            "--assignment=['tiny']",
            f"--to={out}",
            f"--CourseDirectory.root={marked.root}",
            f"--db={marked.db_url}",
        ]
    )
    app.start()
    assert list(csv.reader(out.read_text().splitlines())) == [
        ["Username", "Email address", "tiny"],
        ["x1", "ada@uni.example", "5.5"],
    ]
