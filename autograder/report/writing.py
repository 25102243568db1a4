"""The report into DIR/.autograder/reports/ASSIGNMENT/, each file whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from autograder.classroom import atomic
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
    links = {each.student: _page_of(course, assignment, each) for each in collected.entries}
    shutil.rmtree(folder / FOLDER, ignore_errors=True)  # lists of an earlier report
    for name, text in {**pages(made, links, NAMES), **tables(made)}.items():
        atomic.write_text(folder / name, text)
    return made, folder / "index.html"


def _page_of(course: Path, assignment: str, entry: Entry) -> str:
    """The staff page of a submission from the report's folder; it is written where grading has not."""
    path = course / WORKSHOP / "pages" / assignment / "staff" / f"{entry.student}.html"
    if not path.is_file():
        atomic.write_text(path, html.student_page(entry.score, audience="staff"))
    return f"../../pages/{assignment}/staff/{entry.student}.html"
