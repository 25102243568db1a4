"""The student version of a notebook, by the preprocessors that the course's `nbgrader generate_assignment` would use."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from traitlets.utils.importstring import import_item

from autograder.errors import AssignmentError
from autograder.nbgrader_bridge.configuration import Course, course_config, modules_of
from autograder.nbgrader_bridge.files import scratch_in
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it
from autograder.nbgrader_bridge.registering import register


def student_version(
    document: Mapping[str, Any], course: Path, assignment: str, name: str
) -> nbformat.NotebookNode:
    """Return `document` without solutions, hidden tests and outputs, and with nbgrader's checksums.

    document     the source notebook, as JSON
    course       the course directory, whose preprocessors count
    assignment   the assignment's name
    name         its file's name without the suffix

    The grade book is not asked. Raises AssignmentError with what nbgrader says about the notebook.
    """
    config = course_config(course)
    log = _quiet()
    notebook = nbformat.from_dict(document)
    resources: Any = {"nbgrader": {"assignment": assignment, "notebook": name, "student": "."}}
    with modules_of(course):
        for each in GenerateAssignment(
            coursedir=_course(course, assignment, config, log), config=config
        ).preprocessors:
            kind = import_item(each) if isinstance(each, str) else each
            if issubclass(kind, SaveCells):  # the grade book is not asked
                continue
            try:
                notebook, resources = kind(config=config, log=log).preprocess(notebook, resources)
            except Exception as error:  # whatever a preprocessor, ours or the course's, stumbles over
                raise AssignmentError(
                    f"nbgrader cannot make the student version ({kind.__name__}: {error}).",
                    remedy="Mend the cell that it names; `autograder validate` says more about markers and grade ids.",
                    file=f"{name}.ipynb",
                ) from error
    return notebook


def enter(course: Path, assignment: str, source: Path) -> None:
    """Enter the grade cells and points of `source` into the grade book, so that nbgrader's own commands work.

    course       the course directory
    assignment   the assignment's name

    Raises AssignmentError where cells came or went after submissions were graded.
    """
    config = course_config(course)
    log = _quiet()
    here = _course(course, assignment, config, log)
    here.source_directory = source.parent.parent.name
    config.CourseDirectory.source_directory = here.source_directory
    with as_nbgrader_likes_it(course), scratch_in(course) as scratch:
        register(here, source, config=config, log=log, scratch=scratch)


def release_directory(course: Path, assignment: str) -> Path:
    """Return where nbgrader's release_assignment looks for the release."""
    here = _course(course, assignment, course_config(course), _quiet())
    return Path(here.format_path(here.release_directory, ".", assignment))


def _course(course: Path, assignment: str, config: Any, log: logging.Logger) -> Course:
    return Course(config=config, log=log, root=str(course), assignment_id=assignment, notebook_id="*")


def _quiet() -> logging.Logger:
    log = logging.Logger("autograder.nbgrader")
    log.addHandler(logging.NullHandler())
    return log
