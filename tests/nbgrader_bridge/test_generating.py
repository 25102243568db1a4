"""Generate, when submissions are there already: nothing of them is lost, and a mistake changes nothing at all."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment, NbGraderException

from autograder.classroom import kept
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it
from tests.nbgrader_bridge.tiny_course import POINTS, Mark, TinyCourse, graded_as, labelled, source_notebook

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture
def graded(course: TinyCourse) -> TinyCourse:
    """Ada is graded, with a mark and a comment given by hand."""
    course.submit("ada")
    course.record(graded_as("ada", add=1.0))
    course.mark_by_hand("ada", "add_checks", 2.5)
    with closing(Gradebook(course.db_url)) as book:
        book.find_comment("add", "tiny", "tiny", "ada").manual_comment = "Well tried."
        book.db.commit()
    return course


def generate(course: TinyCourse) -> None:
    """As formgrader's button does it, with the course's own configuration."""
    config = course_config(course.root)
    where = Course(config=config, root=str(course.root), assignment_id="tiny")
    with as_nbgrader_likes_it(course.root):
        GenerateAssignment(coursedir=where, config=config, force=True).start()


def write_source(course: TinyCourse, notebook: Any) -> None:
    nbformat.write(notebook, course.root / "assignments" / "tiny" / "tiny.ipynb")


def everything(course: TinyCourse) -> tuple[Any, ...]:
    """What a person would miss: marks, comments, the grade book's cells, the release."""
    with closing(Gradebook(course.db_url)) as book:
        [notebook] = book.find_assignment("tiny").notebooks
        cells = sorted((cell.type, cell.name) for cell in notebook._base_cells)
        comments = [comment.comment for each in notebook.submissions for comment in each.comments]
    release = {
        path.name: path.read_bytes() for path in (course.root / "release").rglob("*") if path.is_file()
    }
    return course.marks("ada"), cells, sorted(comments, key=str), release


def test_generating_again_changes_nothing(graded: TinyCourse) -> None:
    before = everything(graded)
    generate(graded)
    assert everything(graded) == before
    assert before[0]["add_checks"] == Mark(1.0, 2.5, False)
    assert "Well tried." in before[2]


def test_fingerprints_of_the_last_release_are_handed_on(course: TinyCourse) -> None:
    handed_on = course.root / "release" / "tiny" / "tiny.fingerprints.json"
    generate(course)
    assert not handed_on.exists()
    kept_at = kept.fingerprints(course.root, "tiny")
    kept_at.parent.mkdir(parents=True)
    kept_at.write_bytes(b"{}")
    generate(course)
    assert handed_on.read_bytes() == b"{}"
    assert (handed_on.parent / "tiny.ipynb").exists()


def test_a_new_exercise_waits_in_submissions_that_are_there(graded: TinyCourse) -> None:
    notebook = source_notebook()
    code, markdown = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    notebook.cells[3:3] = [
        labelled(code("def more(x):\n    return x", id="n1"), "more", solution=True),
        labelled(code('check("more")', id="n2"), "more_checks", grade=True, locked=True, points=2.0),
        labelled(markdown("Do.", id="n3"), "task", task=True, locked=True, points=1.0),
    ]
    write_source(graded, notebook)
    generate(graded)
    marks = graded.marks("ada")
    assert marks["add_checks"] == Mark(1.0, 2.5, False)
    assert marks["more_checks"] == marks["task"] == Mark(None, None, True)
    assert b"more_checks" in everything(graded)[3]["tiny.ipynb"]

    graded.record(graded_as("ada", add=1.0))  # the old submission again: its new cells have a place
    cells = graded.autograded("ada").cells
    order = [cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata]
    assert order[:4] == ["add", "add_checks", "more_checks", "task"]
    assert graded.marks("ada")["add_checks"] == Mark(1.0, 2.5, False)
    assert graded.marks("ada")["more_checks"] == Mark(None, None, True)


def without(grade_id: str) -> Any:
    notebook = source_notebook()
    notebook.cells = [
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != grade_id
    ]
    return notebook


def test_what_has_points_cannot_go(graded: TinyCourse) -> None:
    before = everything(graded)
    write_source(graded, without("double_checks"))
    with pytest.raises(NbGraderException, match=r"Nothing was changed: double_checks: .* with 0 points"):
        generate(graded)
    assert everything(graded) == before
    write_source(graded, source_notebook({**POINTS, "double": 0.0}))  # as the message says
    generate(graded)
    assert graded.marks("ada")["add_checks"] == Mark(1.0, 2.5, False)


def test_what_has_no_points_may_go(graded: TinyCourse) -> None:
    write_source(graded, without("add"))
    before = everything(graded)
    generate(graded)
    assert everything(graded)[:3] == before[:3]


@pytest.mark.parametrize("source", ["no JSON", None])
def test_a_source_that_cannot_be_generated_leaves_the_release(graded: TinyCourse, source: str | None) -> None:
    before = everything(graded)
    path = graded.root / "assignments" / "tiny" / "tiny.ipynb"
    if source is None:  # a solution that begins and never ends
        source = path.read_text().replace("### END SOLUTION", "# END")
    path.write_text(source)
    with pytest.raises(NbGraderException, match="Nothing was changed: "):
        generate(graded)
    assert everything(graded) == before
    assert not list((graded.root / ".autograder" / "recording").glob("*"))


def test_without_a_grade_book_yet(tmp_path: Path, template: Path) -> None:
    course = TinyCourse(tmp_path / "course")
    (course.root / "assignments" / "tiny").mkdir(parents=True)
    write_source(course, source_notebook())
    (course.root / "nbgrader_config.py").write_text((template / "nbgrader_config.py").read_text())
    generate(course)
    released = json.loads((course.root / "release" / "tiny" / "tiny.ipynb").read_text())
    assert "return x" not in json.dumps(released)
    assert (course.root / "gradebook.db").exists()
