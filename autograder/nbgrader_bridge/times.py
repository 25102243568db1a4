"""When a submission was handed in, as nbgrader's Autograde asks for it, and what else makes it late."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from autograder.classroom.timestamps import handed_in
from autograder.course import settings
from autograder.course.settings import Times
from autograder.errors import FewlabelsError
from autograder.nbgrader_bridge.opening import opened, submission_in


def existing_timestamp(course: CourseDirectory, folder: str) -> datetime.datetime | None:
    """Return when the submission in `folder` was handed in, in UTC; None where that is not known for certain.

    Then the grade book forgets what an earlier timestamp.txt said: an unknown time is never late.
    """
    found = handed_in(Path(folder), _times(Path(course.root)))
    if found.doubt:
        course.log.warning("%s: %s. It counts as on time.", folder, found.doubt)
        _forget(course, Path(folder))
    return found.when


def read_as_ours(course: CourseDirectory) -> None:
    """Let a CourseDirectory of nbgrader's own, which formgrader and `nbgrader autograde` make, read times as we do."""
    course.get_existing_timestamp = lambda folder: existing_timestamp(course, folder)


def circumstances(course: CourseDirectory, student: str, config: Any) -> list[Any]:
    """Return, as plain data, all that decides the points of `student` in the grade book of `course`, beside the result.

    course    nbgrader's course directory, with the assignment
    student   whose submission
    config    nbgrader's configuration

    The time of handing in, the deadline, the extension, the rules about being late, marks given by hand, and the penalty that
    stands: where one of these changes, a result has to be entered anew. `config` is what nbgrader reads for the course.
    """
    folder = Path(course.format_path(course.submitted_directory, student, course.assignment_id))
    decided = settings.read(Path(course.root))
    found = handed_in(folder, decided.times)
    rules = [
        repr(decided.late),
        *(repr(config.get(name)) for name in ("AssignLatePenalties", "LateSubmissionPlugin")),
    ]
    said = [str(found.when), found.doubt, *rules]
    with opened(course) as book:
        submission = submission_in(book, course.assignment_id, student)
        if submission is None:
            return said
        grades = [
            [notebook.name, grade.name, grade.manual_score, grade.extra_credit]
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]
        return [
            *said,
            str(submission.assignment.duedate),
            str(submission.extension),
            str(submission.timestamp),
            float(submission.late_submission_penalty or 0.0),
            sorted(grades, key=lambda each: each[:2]),
        ]


def _times(course: Path) -> Times:
    try:
        return settings.read(course).times
    except FewlabelsError as error:  # whoever grades is told
        logging.getLogger(__name__).warning("%s", error)
        return Times()


def _forget(course: CourseDirectory, folder: Path) -> None:
    with opened(course) as book:
        submission = submission_in(book, folder.name, folder.parent.name)
        if submission is None:
            return
        if submission.timestamp is not None:
            submission.timestamp = None
            book.db.commit()
