"""What is kept of one student in a course directory, and how it is deleted.

Two kinds: what fewlabels has made (results, times, receipts, journal, pages, the reports that name the student), which is deleted here; and
what nbgrader holds (the submission itself, autograded and feedback notebooks, the grade book), which is named with the command
that deletes it, because a submission may have to be kept for as long as a grade can be contested.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.classroom import kept
from autograder.course.folders import SUBMITTED, WORKSHOP
from autograder.errors import UsageError
from autograder.feedback.links import relative
from autograder.feedback.sanitise import one_name

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
    if student in ("", ".", "..") or Path(student).name != student or "\0" in student:
        raise UsageError(f"{student!r} is no student's id.", remedy="Give it as in submitted/STUDENT/.")
    workshop = course / WORKSHOP
    names = dict.fromkeys((kept.file_name(student), student))  # version 0.1 shortened none
    ours = [workshop / kind / name for kind in kept.KINDS for name in names]
    pages = _in(workshop / "pages")
    ours += [
        place / audience / f"{name}.html" for place in pages for audience in kept.AUDIENCES for name in names
    ]
    links = [relative(f"staff/{name}.html") for name in names]
    links.append(f">{escape(one_name(student))}<")  # a row without a page
    shared = [index for place in pages if _names(index := place / "index.html", *links)]
    said = json.dumps(student)
    shared += [place for place in _in(workshop / "reports") if _names(place / "report.json", said)]
    theirs = [course / folder / student for folder in NBGRADER]
    book = course / "gradebook.db"
    return Traces(
        student,
        tuple(path for path in ours if os.path.lexists(path)),
        tuple(shared),
        tuple(path for path in (*theirs, book) if os.path.lexists(path)),
    )


def forget(found: Traces) -> dict[Path, str]:
    """Delete what is ours, and what names the student among others; return what could not be deleted, and why."""
    left = {}
    for path in (*found.ours, *found.shared):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            left[path] = error.strerror or type(error).__name__
    return left


def _in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _names(file: Path, *texts: str) -> bool:
    try:
        said = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(text in said for text in texts)
