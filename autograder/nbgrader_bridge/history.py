"""What grade book and autograded notebook said before, where a person has given marks by hand."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory

from autograder.course.assignment import exercise_of
from autograder.errors import NotebookError, UnreadableError
from autograder.nbgrader_bridge.opening import opened
from autograder.nbgrader_bridge.results import Place
from autograder.submission import notebook


@dataclass(frozen=True)
class Before:
    """A grade with a mark given by hand.

    automatic  the automatic points under it
    answer     the student's text that it was given for
    waits      whether it waited for a person all the same
    """

    automatic: float | None
    answer: str | None
    waits: bool


def remember(course: CourseDirectory, autograded: str) -> dict[tuple[Place, str], Before]:
    """Return (place, grade id) -> `Before`, for the students and the assignment that `course` selects.

    Call it before Autograde starts, which removes the autograded notebooks: they hold the answers.
    """
    before: dict[tuple[Place, str], Before] = {}
    answers: dict[Place, Mapping[str, str]] = {}
    with opened(course) as book:
        for place, grade_id, grade in _marked_by_hand(book, course):
            if place not in answers:
                folder = course.format_path(autograded, place.student, place.assignment)
                answers[place] = _answers_in(Path(folder) / f"{place.notebook}.ipynb")
            before[place, grade_id] = Before(
                grade.auto_score, answer(grade_id, answers[place]), grade.needs_manual_grade
            )
    return before


def answer(grade_id: str, sources: Mapping[str, str]) -> str | None:
    """Return the student's text that `grade_id` grades: of the cell itself, or of the solution cell that it checks."""
    return sources.get(exercise_of(grade_id))


def _marked_by_hand(book: Gradebook, course: CourseDirectory) -> Iterable[tuple[Place, str, Grade]]:
    query = (
        book.db.query(Student.id, Assignment.name, Notebook.name, BaseCell.name, Grade)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(Grade.manual_score.is_not(None), Assignment.name == course.assignment_id)
    )
    if not glob.has_magic(course.student_id):
        query = query.filter(Student.id == course.student_id)
    for student, assignment, notebook_name, grade_id, grade in query.all():
        yield Place(student, assignment, notebook_name), grade_id, grade


def _answers_in(path: Path) -> dict[str, str]:
    try:
        return {cell.grade_id: cell.source for cell in notebook.read(path).cells if cell.grade_id is not None}
    except (NotebookError, UnreadableError):
        return {}


def answers_of(cells: Iterable[Any]) -> dict[str, str]:
    """Return grade id -> source, of nbformat cells that have been mended."""
    return {cell.metadata.nbgrader["grade_id"]: cell.source for cell in cells if "nbgrader" in cell.metadata}
