"""The report into DIR/.autograder/reports/ASSIGNMENT/, each file whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from autograder import atomic
from autograder.classroom import fence, kept
from autograder.course.folders import WORKSHOP
from autograder.feedback import html
from autograder.report.analysis import Report, analyse
from autograder.report.collecting import Collected, Entry, collect
from autograder.report.links import FOLDER
from autograder.report.page import pages
from autograder.report.tables import NAMES, tables

Progress = Callable[[], None]


def folder_of(course: Path, assignment: str) -> Path:
    """Return the folder of a report. It need not exist."""
    return course / WORKSHOP / "reports" / assignment


def report(course: Path, assignment: str, progress: Progress | None = None) -> tuple[Report, Path]:
    """Analyse what `autograder grade` left of an `assignment` in the `course`, and write the report.

    progress  is called once per submission that was read

    Returns:
        The report, and the path of its page.

    Raises UsageError where there are no results.
    """
    collected: Collected = collect(course, assignment, progress)
    made = analyse(assignment, collected)
    folder = folder_of(course, assignment)
    links = {
        each.student: f"../../pages/{assignment}/{kept.page_link(each.student)}"
        for each in collected.entries
        if _has_page(course, assignment, each)
    }
    shutil.rmtree(folder / FOLDER, ignore_errors=True)  # lists of an earlier report
    for name, text in {**pages(made, links, NAMES), **tables(made)}.items():
        atomic.write_text(folder / name, text)
    return made, folder / "index.html"


def _has_page(course: Path, assignment: str, entry: Entry) -> bool:
    """Whether there is a staff page of a submission; it is written where grading has not. StorageError on a full disk."""
    path = kept.page(course, entry.student, assignment, "staff")
    if not os.path.isfile(path):
        try:
            atomic.write_text(path, html.student_page(entry.score, audience="staff"))
        except Exception as error:  # its figures count all the same
            fence.halt(error)
            return False
    return True
