"""What the grade book would say after a regrade, beside the points by laws: what being late would cost, and marks by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import LateSubmissionPlugin

from autograder.classroom.timestamps import handed_in
from autograder.course import settings
from autograder.course.assignment import exercise_of
from autograder.course.settings import Settings
from autograder.model import Score
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.late import LatePenalty, penalty_of
from autograder.nbgrader_bridge.opening import opened, submission_in
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it


@dataclass(frozen=True)
class Standing:
    """A submission as the grade book has it.

    penalty    what being late costs now
    seconds    how late it would be
    by_hand    exercise -> points that a person gave for it
    extra      credit beside the exercises
    max_points of the assignment
    """

    penalty: float
    seconds: float
    by_hand: Mapping[str, float] = field(default_factory=dict)
    extra: float = 0.0
    max_points: float = 0.0


class GradeBookAhead:
    """What `autograder grade --dry-run` asks the grade book. Reads, and writes nothing."""

    def __init__(self, root: Path, assignment: str) -> None:
        self._root = root
        self._config = course_config(root)
        self._settings: Settings = settings.read(root)
        self._course = Course(config=self._config, root=str(root), assignment_id=assignment)

    def penalties(self, score: Score) -> tuple[float, float | None]:
        """Return what being late costs now, and would cost; None for this where nobody can tell before it is done."""
        standing = self._standing(score.student)
        if standing is None:
            return 0.0, 0.0
        if standing.seconds <= 0 or score.score is None:
            return standing.penalty, 0.0
        exercises = {each.name: each.points for each in score.exercises}
        earned = sum({**exercises, **standing.by_hand}.values()) + standing.extra
        penalty = self._penalty(score.student, earned, standing)
        return standing.penalty, None if penalty is None else round(min(max(penalty, 0.0), earned), 4)

    def _standing(self, student: str) -> Standing | None:
        course = self._course
        file = course.db_url.removeprefix("sqlite:///")
        if file != course.db_url and not Path(file).is_file():
            return None
        folder = Path(course.format_path(course.submitted_directory, student, course.assignment_id))
        found = handed_in(folder, self._settings.times)
        with opened(course) as book:
            try:
                assignment = book.find_assignment(course.assignment_id)
            except MissingEntry:
                return None
            worth = float(assignment.max_score)
            submission = submission_in(book, course.assignment_id, student)
            if submission is None:
                return Standing(0.0, _seconds(found.when, assignment.duedate), max_points=worth)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            stands = None if found.doubt else submission.timestamp
            by_hand: dict[str, float] = {}
            for grade in grades:
                if grade.manual_score is not None:
                    name = exercise_of(grade.name)
                    by_hand[name] = by_hand.get(name, 0.0) + float(grade.manual_score)
            return Standing(
                penalty=float(submission.late_submission_penalty or 0.0),
                seconds=_seconds(found.when or stands, submission.duedate),
                by_hand=by_hand,
                extra=sum(float(grade.extra_credit or 0.0) for grade in grades),
                max_points=worth,
            )

    def _penalty(self, student: str, earned: float, standing: Standing) -> float | None:
        late: Any = self._config.AssignLatePenalties.get("plugin_class", LatePenalty)
        if late is LatePenalty and self._settings.late is not None:
            return penalty_of(self._settings.late, standing.seconds, standing.max_points)
        with suppress(Exception):  # a course's own plugin may want what only nbgrader has
            made = (LateSubmissionPlugin if late is LatePenalty else late)(config=self._config)
            return float(made.late_submission_penalty(student, earned, standing.seconds) or 0.0)
        return None


@contextmanager
def ahead(course: Path, assignment: str) -> Iterator[Callable[[Score], tuple[float, float | None]]]:
    """Open a course's grade book for looking ahead; hands out `GradeBookAhead.penalties`."""
    with as_nbgrader_likes_it(course):
        yield GradeBookAhead(course, assignment).penalties


def _seconds(when: datetime.datetime | None, due: datetime.datetime | None) -> float:
    """How many seconds after the deadline; 0 for in time, or where one of them is not known."""
    return 0.0 if when is None or due is None else max(0.0, (when - due).total_seconds())
