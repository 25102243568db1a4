"""The grade book, opened to be asked or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DBAPIError

from autograder.nbgrader_bridge import losing


@contextmanager
def opened(course: CourseDirectory) -> Iterator[Gradebook]:
    """Open the grade book of a `course`. Raises StorageError where it is none, or cannot be read or written any more."""
    try:
        with Gradebook(course.db_url, course.course_id) as book:
            yield book
    except DBAPIError as error:
        losing.halt([error], "cannot be opened or used")
        raise


def submission_in(book: Gradebook, assignment: str, student: str) -> SubmittedAssignment | None:
    """Return a student's submission to an `assignment`; None where the `book` knows none, or no book takes such a name."""
    try:
        return book.find_submission(assignment, student)
    except (MissingEntry, UnicodeEncodeError):
        return None
