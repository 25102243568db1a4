"""What the grade book says about one submission, and how to say that it has no score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nbgrader.api import Grade, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.nbgrader_bridge.opening import opened, submission_in


@dataclass(frozen=True)
class Standing:
    """A submission in the grade book.

    score    automatic and manual points together; None where no check has points and nobody has given marks by
             hand, which nbgrader itself counts as 0
    waiting  ids of the grade cells that wait for a person
    """

    score: float | None
    max_score: float
    waiting: tuple[str, ...]


def standing(course: CourseDirectory, student: str) -> Standing | None:
    """Return how a submission stands; None where the grade book does not know it."""
    with _submission(course, student) as submission:
        if submission is None:
            return None
        grades = sorted(_grades(submission), key=lambda grade: str(grade.name))
        judged = any(grade.auto_score is not None and grade.cell_type == "code" for grade in grades)
        by_hand = any(grade.manual_score is not None for grade in grades)
        return Standing(
            score=float(submission.score) if judged or by_hand else None,
            max_score=float(submission.max_score),
            waiting=tuple(grade.name for grade in grades if grade.needs_manual_grade),
        )


def set_aside(course: CourseDirectory, student: str) -> None:
    """Take a submission's automatic points back, and let all of it wait for a person.

    It is entered if need be; marks given by hand stay.
    """
    with opened(course) as book:
        book.update_or_create_student(student)
        submission = book.update_or_create_submission(course.assignment_id, student)
        for grade in _grades(submission):
            grade.auto_score = None
            grade.needs_manual_grade = True
        book.db.commit()


@contextmanager
def _submission(course: CourseDirectory, student: str) -> Iterator[SubmittedAssignment | None]:
    with opened(course) as book:
        yield submission_in(book, course.assignment_id, student)


def _grades(submission: SubmittedAssignment) -> list[Grade]:
    return [grade for notebook in submission.notebooks for grade in notebook.grades]
