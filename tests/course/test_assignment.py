"""The course's side: where its notebook lies, which exercises and points it has, and what a mistake in it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.course import assignment, folders
from autograder.course.assignment import Assignment, Exercise
from autograder.errors import AssignmentError
from autograder.laws import registry
from autograder.model import Notebook

ROOT = Path(__file__).parents[2]


def cell(grade_id: str | None, kind: str = "code", **marks: Any) -> dict[str, Any]:
    label = {"grade": False, "solution": False, "locked": False, "task": False, **marks}
    nbgrader = {} if grade_id is None else {"nbgrader": {"grade_id": grade_id, **label}}
    return {"cell_type": kind, "source": "x = 1", "metadata": nbgrader}


def write(path: Path, *cells: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}))
    return path


SOLUTION = cell("double", solution=True)
CHECKS = cell("double_checks", grade=True, locked=True, points=3)
WRITTEN = cell("why", "markdown", grade=True, solution=True, points=2.5)


def failure(path: Path) -> AssignmentError:
    with pytest.raises(AssignmentError) as caught:
        assignment.load(path)
    return caught.value


# --- loading


def test_exercises_are_named_after_their_checks(tmp_path: Path) -> None:
    loaded = assignment.load(write(tmp_path / "tiny" / "any.ipynb", SOLUTION, CHECKS, WRITTEN))
    assert loaded.name == "tiny"
    assert loaded.exercises == (
        Exercise("double", "double_checks", 3.0, False),
        Exercise("why", "why", 2.5, True),
    )
    assert (loaded.max_score, loaded.file) == (5.5, "any.ipynb")


def test_an_exercise_may_have_several_check_cells(tmp_path: Path) -> None:
    more = cell("double_checks_2", grade=True, locked=True, points=1)
    most = cell("double_checks_hard", grade=True, locked=True, points=0.5)
    loaded = assignment.load(write(tmp_path / "a.ipynb", SOLUTION, CHECKS, more, WRITTEN, most), "tiny")
    double, why = loaded.exercises
    assert (double.name, double.points, loaded.max_score) == ("double", 4.5, 7.0)
    assert double.cells == {"double_checks": 3.0, "double_checks_2": 1.0, "double_checks_hard": 0.5}
    assert why.cells == {"why": 2.5}


def test_a_task_is_graded_by_hand(tmp_path: Path) -> None:
    task = cell("essay_checks", "markdown", task=True, points=1)
    assert assignment.load(write(tmp_path / "a.ipynb", task), "tiny").exercises == (
        Exercise("essay_checks", "essay_checks", 1.0, True),
    )


def test_points_may_be_zero(tmp_path: Path) -> None:
    loaded = assignment.load(write(tmp_path / "a.ipynb", cell("double_checks", grade=True, points=0)))
    assert loaded.max_score == 0


def test_the_assignment_of_the_course_has_twenty_points() -> None:
    loaded = assignment.load(folders.source(ROOT, "fewshot"))
    assert (loaded.name, loaded.max_score) == ("fewshot", 20.0)
    assert [each.name for each in loaded.exercises if each.manual] == ["written"]


def test_two_cells_of_one_name(tmp_path: Path) -> None:
    error = failure(write(tmp_path / "a.ipynb", SOLUTION, CHECKS, cell(None), SOLUTION))
    assert str(error) == f"{tmp_path / 'a.ipynb'}, cell 3: Two cells have the grade id 'double'. Rename one."
    assert error.blame == "course"


@pytest.mark.parametrize(
    "odd",
    [
        cell("double_checks", grade=True),
        cell("double_checks", grade=True, points=-1),
        cell("double_checks", grade=True, points=float("nan")),
        cell("double_checks", grade=True, points=float("inf")),
        cell("double_checks", grade=True, points="3"),
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade": True, "points": 1}}},
    ],
)
def test_a_graded_cell_needs_points_and_a_name(tmp_path: Path, odd: dict[str, Any]) -> None:
    error = failure(write(tmp_path / "a.ipynb", cell(None), odd))
    assert (error.what, error.remedy) == (
        "A graded cell has no points or no grade id.",
        "Set both in nbgrader's cell toolbar.",
    )
    assert (error.file, error.cell) == (str(tmp_path / "a.ipynb"), 1)


def test_a_notebook_without_points(tmp_path: Path) -> None:
    error = failure(write(tmp_path / "a.ipynb", SOLUTION))
    assert str(error).endswith("a.ipynb: The notebook has no graded cell. Give its check cells points.")


def test_a_source_that_is_no_notebook_is_the_course_s_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{")
    error = failure(path)
    assert (error.blame, error.file) == ("course", str(path))
    assert error.what.startswith("The file is no notebook that can be read: it is not JSON")


# --- finding


def test_the_source_lies_in_assignments_or_in_source(tmp_path: Path) -> None:
    in_source = write(tmp_path / "source" / "tiny" / "whatever.ipynb", CHECKS)
    assert folders.source(tmp_path, "tiny") == in_source
    in_assignments = write(tmp_path / "assignments" / "tiny" / "tiny.ipynb", CHECKS)
    assert folders.source(tmp_path, "tiny") == in_assignments


def test_no_source(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError) as caught:
        folders.source(tmp_path, "tiny")
    assert str(caught.value) == (
        f"{tmp_path}: There is no source notebook for the assignment 'tiny'. "
        "Put it at assignments/tiny/tiny.ipynb (or source/...) in the course directory."
    )


def test_two_sources(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "source" / "tiny" / f"{name}.ipynb", CHECKS)
    with pytest.raises(AssignmentError) as caught:
        folders.source(tmp_path, "tiny")
    assert str(caught.value) == (
        f"{tmp_path / 'source' / 'tiny'}: The assignment tiny has 2 notebooks. Keep one notebook in it."
    )


# --- matching checks


def with_exercises(*names: str) -> Assignment:
    exercises = tuple(Exercise(name, f"{name}_checks", 1.0, False) for name in names)
    return Assignment(
        "fewshot", Notebook("fewshot.ipynb", ()), (*exercises, Exercise("written", "written", 1.0, True))
    )


def test_checks_and_exercises_match() -> None:
    checks = registry.load("fewshot")
    assignment.match(with_exercises(*dict.fromkeys(each.exercise for each in checks)), checks)


def test_an_exercise_without_checks() -> None:
    checks = registry.load("fewshot")
    names = dict.fromkeys(each.exercise for each in checks)
    with pytest.raises(AssignmentError) as caught:
        assignment.match(with_exercises(*names, "siamese_loss"), checks)
    assert str(caught.value) == (
        "fewshot.ipynb: No check looks at siamese_loss. "
        "Write one, name the grade cell EXERCISE_checks, or make the cell a manually graded one."
    )


def test_checks_without_an_exercise() -> None:
    checks = registry.load("fewshot")
    names = [
        name
        for name in dict.fromkeys(each.exercise for each in checks)
        if name not in ("train", "episode_loss")
    ]
    with pytest.raises(AssignmentError) as caught:
        assignment.match(with_exercises(*names), checks)
    assert str(caught.value) == (
        "fewshot.ipynb: The checks of episode_loss, train have no graded cell. "
        "Add a grade cell named EXERCISE_checks with points."
    )


# --- files that go along


def test_files_that_the_release_declares_belong_to_the_assignment(tmp_path: Path) -> None:
    source = write(tmp_path / "tiny" / "tiny.ipynb", SOLUTION, CHECKS)
    (source.parent / "release.toml").write_text('files = ["points.csv", "gone.csv"]')
    (source.parent / "points.csv").write_bytes(b"1,2")
    (source.parent / "notes_for_staff.txt").write_text("the answer")
    assert dict(assignment.load(source).files) == {"points.csv": b"1,2"}


def test_too_much_to_go_along_is_refused_before_anybody_is_graded(tmp_path: Path) -> None:
    source = write(tmp_path / "tiny" / "tiny.ipynb", SOLUTION, CHECKS)
    (source.parent / "release.toml").write_text('files = ["one.bin", "two.bin"]')
    for name in ("one.bin", "two.bin"):
        with open(source.parent / name, "wb") as file:
            file.truncate(assignment.DECLARED_CAP // 2 + 1)
    assert "more than 32 MiB" in failure(source).what
