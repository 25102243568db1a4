"""Submissions as they come: each gets a sane result, and none stops the class."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.nbgrader_bridge.tiny_course import POINTS, Mark, TinyCourse, graded_as, ungraded

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

Document = dict[str, Any]


def cell(document: Document, grade_id: str) -> Document:
    cells = document["cells"]
    [found] = [each for each in cells if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def remove(*grade_ids: str) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        for grade_id in grade_ids:
            document["cells"].remove(cell(document, grade_id))

    return edit


def duplicate(document: Document) -> None:
    for grade_id in ("add", "add_checks", "written"):
        document["cells"].insert(1, json.loads(json.dumps(cell(document, grade_id))))


def strip_labels(document: Document) -> None:
    for each in document["cells"]:
        each["metadata"] = {}


def raise_points(document: Document) -> None:
    cell(document, "add_checks")["metadata"]["nbgrader"].update(points=300, checksum="0" * 32)
    cell(document, "double_checks")["metadata"]["nbgrader"].update(solution=True, points=-1)


def break_schemas(document: Document) -> None:
    labels = [each["metadata"]["nbgrader"] for each in document["cells"][1:]]
    labels[0]["schema_version"], labels[1]["schema_version"] = 0, 99
    labels[2].clear()
    labels[3].update(grade="yes", points="many", locked=None)
    document["cells"][5]["metadata"]["nbgrader"] = None


def swap_types(document: Document) -> None:
    check, written = cell(document, "add_checks"), cell(document, "written")
    check["cell_type"], written["cell_type"] = "markdown", "raw"


def invent_cells(document: Document) -> None:
    label = {
        "schema_version": 3,
        "grade": True,
        "solution": False,
        "locked": True,
        "grade_id": "bonus",
        "points": 50,
    }
    document["cells"].append(
        {"cell_type": "code", "source": "1", "metadata": {"nbgrader": label}, "outputs": []}
    )
    document["cells"].append({"cell_type": "raw", "source": "<script>alert(1)</script>", "metadata": {}})
    document["cells"].append(
        {"cell_type": "markdown", "source": "\ud800 half a pair", "metadata": {"tags": 3}}
    )


EDITS: dict[str, Callable[[Document], None]] = {
    "check_deleted": remove("add_checks"),
    "solution_deleted": remove("add"),
    "all_of_one_deleted": remove("add", "add_checks", "double_checks"),
    "all_checks_deleted": remove(*(f"{name}_checks" for name in POINTS)),
    "duplicated": duplicate,
    "labels_stripped": strip_labels,
    "points_raised": raise_points,
    "schemas_broken": break_schemas,
    "types_swapped": swap_types,
    "cells_invented": invent_cells,
}


def submit_edited(course: TinyCourse, edit: str) -> None:
    """A student named after the edit hands in a notebook that it was done to."""
    path = course.submit(edit, answer)
    document = json.loads(path.read_text())
    EDITS[edit](document)
    path.write_text(json.dumps(document))


def answer(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[-1].source = "Because."


def test_no_edit_changes_what_the_engine_gave(course: TinyCourse) -> None:
    for student in EDITS:
        submit_edited(course, student)
    done = course.record(*(graded_as(student, add=1.25) for student in EDITS))
    for student in EDITS:
        assert course.marks(student) == {
            "add_checks": Mark(1.25, None, False),
            "double_checks": Mark(2.0, None, False),
            "greet_checks": Mark(2.5, None, False),
            "written": Mark(
                None, None, True
            ),  # also where its label was lost: the answer may stand elsewhere
        }, student
        assert (done[student].score, done[student].max_score, done[student].failure) == (5.75, 8.5, None)
        labels = [
            each.metadata.nbgrader for each in course.autograded(student).cells if "nbgrader" in each.metadata
        ]
        assert len({label.grade_id for label in labels}) == len(labels)
        assert {label.grade_id for label in labels} >= {
            "add_checks",
            "double_checks",
            "greet_checks",
            "written",
        }
        points = {label.grade_id: label.points for label in labels if label.grade}
        assert points == {"add_checks": 3.0, "double_checks": 2.0, "greet_checks": 2.5, "written": 1.0}


def test_deleted_checks_come_back_in_their_places(course: TinyCourse) -> None:
    students = ("check_deleted", "all_checks_deleted")
    for student in students:
        submit_edited(course, student)
    course.record(*(graded_as(student) for student in students))
    course.nbgrader_feedback()
    for student in students:
        cells = course.autograded(student).cells
        order = [each.metadata.nbgrader.grade_id for each in cells if "nbgrader" in each.metadata]
        assert order == ["add", "add_checks", "double", "double_checks", "greet", "greet_checks", "written"]
        assert course.autograded_cell(student, "add_checks").source == 'check("add")'


def test_of_several_cells_with_one_id_the_last_counts(course: TinyCourse) -> None:
    submit_edited(course, "duplicated")
    course.record(graded_as("duplicated"))
    cells = course.autograded("duplicated").cells
    assert [each.source for each in cells].count('check("add")') == 2
    [position] = [
        number
        for number, each in enumerate(cells)
        if each.metadata.get("nbgrader", {}).get("grade_id") == "add_checks"
    ]
    assert position == 5


def write_nothing(path: Path) -> None:
    path.write_bytes(b"")


def write_list(path: Path) -> None:
    path.write_text("[]")


def write_no_cells(path: Path) -> None:
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))


def write_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def link_to_source(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[3] / "assignments" / "tiny" / "tiny.ipynb")


def link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def remove_file(path: Path) -> None:
    path.unlink()


UNREADABLE = (
    write_nothing, write_list, write_no_cells, write_binary, link_to_source, link_to_itself, make_pipe, make_folder,
    remove_file,
)  # fmt: skip


def test_what_cannot_be_read_waits_and_stops_nobody(course: TinyCourse) -> None:
    names = [breaks.__name__ for breaks in UNREADABLE]
    for breaks in UNREADABLE:
        breaks(course.submit(breaks.__name__))
    course.submit("zoe")
    # A result for a file that cannot be read is no result, whoever says so.
    done = course.record(*(graded_as(name) for name in names), graded_as("zoe"))
    assert done["zoe"].score == 7.5
    for name in names:
        assert set(course.marks(name).values()) == {Mark(None, None, True)}, name
        assert done[name].score is None
        assert any("tiny.ipynb" in reason for reason in done[name].reasons)
        assert "could not be read" in course.autograded(name).cells[0].source


def test_a_bad_file_does_not_stop_nbgrader(course: TinyCourse) -> None:
    course.submit("bad").write_text("no JSON")
    submit_edited(course, "duplicated")
    course.submit("zoe")
    course.nbgrader_autograde(ungraded("bad", blame="student"), graded_as("duplicated"), graded_as("zoe"))
    assert set(course.marks("bad").values()) == {Mark(None, None, True)}
    assert (
        course.marks("duplicated")["add_checks"]
        == course.marks("zoe")["add_checks"]
        == Mark(3.0, None, False)
    )


def test_a_renamed_notebook_is_found(course: TinyCourse) -> None:
    course.submit("ada", file="tiny (1).ipynb")
    course.submit("bob", file="mine.ipynb")
    (course.folder("bob") / "tiny.ipynb").symlink_to(course.folder("ada") / "tiny (1).ipynb")
    course.submit("cy", file="one.ipynb")
    course.submit("cy", file="two.ipynb")
    done = course.record(graded_as("ada"), graded_as("bob"), graded_as("cy"))
    assert [done[student].score for student in ("ada", "bob", "cy")] == [7.5, 7.5, None]


def test_nothing_is_copied_from_outside_a_submission(course: TinyCourse) -> None:
    course.submit("ada")
    folder = course.folder("ada")
    (folder / "weights.bin").write_bytes(b"mine")
    (folder / "book.db").symlink_to(course.root / "gradebook.db")
    (folder / "gone").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    assert course.record(graded_as("ada"))["ada"].failure is None
    copied = sorted(path.name for path in (course.root / "autograded" / "ada" / "tiny").iterdir())
    assert copied == ["tiny.ipynb", "weights.bin"]
