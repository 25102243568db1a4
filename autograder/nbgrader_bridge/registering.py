"""The source notebook into the grade book, by nbgrader's own `generate_assignment`, where nobody has done it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course import assignment, folders
from autograder.errors import AssignmentError
from autograder.nbgrader_bridge.opening import opened
from autograder.nbgrader_bridge.repair_cells import known_cells
from autograder.nbgrader_bridge.results import Place


def register(
    course: CourseDirectory, source: Path, *, config: Config, log: logging.Logger, scratch: str
) -> None:
    """Make sure that the grade book knows `source` with its grade cells and their points.

    course        nbgrader's course directory
    config, log   nbgrader's
    scratch       directory, relative to the course, for the student version that nbgrader writes on the way; the
                  real one is not touched

    Raises `AssignmentError`.
    """
    if _known_points(course, source) == _points_in(source):
        return
    apart = CourseDirectory(
        config=config,
        log=log,
        root=course.root,
        db_url=course.db_url,
        source_directory=course.source_directory,
        assignment_id=course.assignment_id,
        release_directory=scratch,
        notebook_id="*",
    )
    try:
        GenerateAssignment(coursedir=apart, config=config, log=log, force=True).start()
    except (NbGraderException, SystemExit) as error:
        raise _cannot_register(source, str(error)) from error
    if _known_points(course, source) != _points_in(source):
        raise _cannot_register(source, "nbgrader left grade cells out.")


def _cannot_register(source: Path, why: str) -> AssignmentError:
    name = source.parent.name
    return AssignmentError(
        f"The assignment cannot be entered into the grade book ({why})",
        remedy=f"`nbgrader generate_assignment {name}` says more.",
        file=str(source),
    )


def _known_points(course: CourseDirectory, source: Path) -> dict[str, float] | None:
    """Grade id -> points in the grade book; None where it does not know the notebook."""
    place = Place("", course.assignment_id, source.stem)
    with opened(course) as book:
        try:
            return {
                cell.grade_id: cell.points for cell in known_cells(book, place) if cell.points is not None
            }
        except MissingEntry:
            return None


def _points_in(source: Path) -> dict[str, float]:
    exercises = assignment.load(source).exercises
    return {grade_id: points for exercise in exercises for grade_id, points in exercise.cells.items()}


def source_of(course: CourseDirectory, config: Any) -> Path:
    """Return the source notebook of the course's assignment. Raises `AssignmentError`.

    Where the configuration names no source directory, `course` is set to the one that holds the assignment.
    """
    if "source_directory" not in config.CourseDirectory:
        found = folders.source(Path(course.root), course.assignment_id)
        course.source_directory = found.parent.parent.name
    folder = Path(course.format_path(course.source_directory, ".", course.assignment_id))
    notebooks = sorted(folder.glob("*.ipynb"))
    if len(notebooks) != 1:
        raise AssignmentError(
            f"The assignment {course.assignment_id!r} has {len(notebooks) or 'no'} source notebooks.",
            remedy="It needs one, in this directory.",
            file=str(folder),
        )
    return notebooks[0]
