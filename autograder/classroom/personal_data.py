"""What is kept of one student in a course directory, and how it is deleted.

Two kinds: what fewlabels has made (results, times, receipts, journal, pages, the reports that name the student), which is deleted here; and
what nbgrader holds (the submission itself, autograded and feedback notebooks, the grade book), which is named with the command
that deletes it, because a submission may have to be kept for as long as a grade can be contested.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.course.folders import SUBMITTED, WORKSHOP
from autograder.errors import UsageError
from autograder.feedback.links import relative

OF_STUDENT = ("results", "timings", "receipts", "journal")  # WORKSHOP/KIND/STUDENT/
NBGRADER = (SUBMITTED, "autograded", "feedback")


@dataclass(frozen=True)
class Traces:
    """`ours` are deleted; `shared` name others too and are made anew by grading or reporting; `nbgrader`: theirs."""

    student: str
    ours: tuple[Path, ...]
    shared: tuple[Path, ...]
    nbgrader: tuple[Path, ...]

    @property
    def nothing(self) -> bool:
        return not (self.ours or self.shared or self.nbgrader)


def traces(course: Path, student: str) -> Traces:
    """List where a student's data lie. Raises UsageError where the name is no name of a folder."""
    if student in ("", ".", "..") or Path(student).name != student or "\\" in student:
        raise UsageError(f"{student!r} is no student's id.", remedy="Give it as in submitted/STUDENT/.")
    workshop = course / WORKSHOP
    ours = [workshop / kind / student for kind in OF_STUDENT]
    pages = workshop / "pages"
    ours += [
        place / audience / f"{student}.html"
        for place in (sorted(pages.iterdir()) if pages.is_dir() else [])
        for audience in ("student", "staff")
    ]
    link = relative(f"staff/{student}.html")
    shared = [place for place in sorted(pages.glob("*/index.html")) if _names(place, link)]
    reports = workshop / "reports"
    shared += [
        place
        for place in (sorted(reports.iterdir()) if reports.is_dir() else [])
        if _names(place / "report.json", json.dumps(student))
    ]
    theirs = [course / folder / student for folder in NBGRADER]
    book = course / "gradebook.db"
    return Traces(
        student,
        tuple(path for path in ours if path.exists()),
        tuple(shared),
        tuple(path for path in (*theirs, book) if path.exists()),
    )


def forget(found: Traces) -> None:
    """Delete what is ours, and what names the student among others."""
    for path in (*found.ours, *found.shared):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _names(file: Path, text: str) -> bool:
    try:
        return text in file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
