"""Points out of the grade book: for `autograder export`, and as plugins of `nbgrader export`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from autograder.course.assignment import exercise_of
from autograder.exports.export import Exported, file_name
from autograder.exports.export import export as exported
from autograder.exports.marks import Mark
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.opening import opened
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it


def marks(course: Path, assignment: str) -> list[Mark] | None:
    """Return everybody's points in a course's grade book; None where there is none, or it does not know the assignment."""
    with as_nbgrader_likes_it(course):
        where = Course(config=course_config(course), root=str(course), assignment_id=assignment)
        file = where.db_url.removeprefix("sqlite:///")
        if file != where.db_url and not Path(file).is_file():
            return None
        with opened(where) as book:
            return marks_in(book, assignment)


def by_hand(course: Path, assignment: str) -> dict[str, set[str]]:
    """Return student -> the exercises with checks whose points a person has set; empty where there is no grade book."""
    with as_nbgrader_likes_it(course):
        where = Course(config=course_config(course), root=str(course), assignment_id=assignment)
        file = where.db_url.removeprefix("sqlite:///")
        if file != where.db_url and not Path(file).is_file():
            return {}
        with opened(where) as book:
            try:
                submissions = book.find_assignment(assignment).submissions
            except MissingEntry:
                return {}
            return {
                each.student.id: {
                    exercise_of(grade.name)
                    for notebook in each.notebooks
                    for grade in notebook.grades
                    if grade.manual_score is not None and exercise_of(grade.name) != grade.name
                }
                for each in submissions
            }


def marks_in(book: Gradebook, assignment: str, students: Sequence[str] = ()) -> list[Mark] | None:
    """Return the points of an `assignment` in an open grade book (`book`); if `students` are named, only theirs.

    None where the grade book does not know the assignment.
    """
    try:
        submissions = book.find_assignment(assignment).submissions
    except MissingEntry:
        return None
    found = [_mark(each) for each in submissions if not students or each.student.id in students]
    return sorted(found, key=lambda mark: mark.student)


def _mark(submission: SubmittedAssignment) -> Mark:
    student = submission.student
    judged = any(
        grade.auto_score is not None or grade.manual_score is not None
        for notebook in submission.notebooks
        for grade in notebook.grades
    )
    penalty = submission.late_submission_penalty or 0.0
    return Mark(
        student=student.id,
        points=max(0.0, float(submission.score) - penalty) if judged else None,
        max_points=float(submission.max_score),
        waits=bool(submission.needs_manual_grade),
        first_name=student.first_name or "",
        last_name=student.last_name or "",
        email=student.email or "",
        platform_id=student.lms_user_id or "",
    )


class _Exporter(ExportPlugin):
    """What the three have in common: one file per assignment, and a word about whom it leaves out."""

    platform = "csv"
    roster = Unicode("", help="The list of students that the platform hands out.").tag(config=True)
    match = Unicode("", help="The column of that list that identifies students.").tag(config=True)
    column = Unicode("", help="The column of the points.").tag(config=True)
    scale = Bool(False, help="Convert points where the platform counts others.").tag(config=True)
    incomplete = Bool(False, help="Export points also where some wait for a person.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write --to, or ASSIGNMENT.PLATFORM.csv (ASSIGNMENT.csv); with several assignments the name begins with each in turn."""
        names = [str(name) for name in self.assignment] or [each.name for each in gradebook.assignments]
        for name in names:
            found = marks_in(gradebook, name, [str(each) for each in self.student])
            if found is None:
                self.log.error("The grade book does not know %s.", name)
                continue
            file = Path(self.to) if self.to else Path(file_name(name, self.platform))
            file = file if len(names) == 1 or not self.to else file.with_name(f"{name}.{file.name}")
            self._write(name, found, file)

    def _write(self, name: str, found: Sequence[Mark], file: Path) -> None:
        made: Exported = exported(
            found,
            name,
            self.platform,
            listed=Path(self.roster) if self.roster else None,
            match=self.match or None,
            column=self.column or None,
            scale=self.scale,
            incomplete=self.incomplete,
        )
        file.write_bytes(made.text.encode("utf-8", "replace"))
        self.log.info("%s: %d students in %s", name, len(made.exported), file)
        for student, why in made.unmatched.items():
            self.log.warning("%s is not exported: %s", student, why)
        for student in made.left_out:
            self.log.warning("%s has no points in it: waits for a person", student)


class MoodleExporter(_Exporter):
    """`nbgrader export --exporter=autograder.nbgrader_bridge.exporting.MoodleExporter`"""

    platform = "moodle"


class CanvasExporter(_Exporter):
    """`nbgrader export --exporter=autograder.nbgrader_bridge.exporting.CanvasExporter`; needs a roster."""

    platform = "canvas"


class CsvExporter(_Exporter):
    """Plain CSV whose cells no spreadsheet runs; nbgrader's own writes names as they came."""

    platform = "csv"
