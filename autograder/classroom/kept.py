"""Where everything that is kept of a student lies, and under which name: the one table of it.

    results/NAME/ASSIGNMENT.json            pages/ASSIGNMENT/student/NAME.html
    timings/NAME/ASSIGNMENT.json            pages/ASSIGNMENT/staff/NAME.html
    receipts/NAME/ASSIGNMENT.json           journal/NAME/ASSIGNMENT.json.gz, ASSIGNMENT.entered

NAME is the student's folder in submitted/ as it is called there, where every file system takes that name with something in
front and behind. A long or odd one is shortened, and a digest of all of it keeps it apart from others: `file_name`.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from autograder.course.folders import WORKSHOP
from autograder.feedback.audience import Audience
from autograder.feedback.sanitise import visible

KINDS = ("results", "timings", "receipts", "journal")  # WORKSHOP/KIND/NAME/
AUDIENCES: tuple[Audience, ...] = ("student", "staff")

# eCryptfs gives a name 143 bytes, others 255; ".html" and what a file is called until it is whole come on top
LONGEST = 120  # bytes
SHORTENED, DIGITS = 40, 24
_SHORTENED = re.compile(rf"~[0-9a-f]{{{DIGITS}}}\Z", re.IGNORECASE)
# what Windows and its file systems refuse, or take for a device
_REFUSED = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def file_name(student: str) -> str:
    """Return the name of a student's files and folders: the student's own, or a shortened one with a digest.

    >>> file_name("ada")
    'ada'
    >>> file_name("trailing dot.")
    'trailing_dot~fc884b2532eb233db7afad9c'

    No two students have the same one: what ends as a shortened one does is shortened, too.
    """
    if _fits(student):
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    start = re.sub(r"[^A-Za-z0-9-]+", "_", student)[:SHORTENED].strip("_-")
    return f"{start or 'student'}~{digest}"


def _fits(name: str) -> bool:
    return (
        name not in ("", ".", "..")
        and len(name.encode("utf-8", "surrogatepass")) <= LONGEST
        and name[0] not in ". "  # hidden, and swept away as half-written
        and name[-1] not in ". "  # Windows drops them
        and visible(name) == name
        and not _REFUSED.search(name)
        and not _DEVICE.fullmatch(name)
        and not _SHORTENED.search(name)
    )


# --- places --------------------------------------------------------------------------------------------------------------


def of_student(course: Path, kind: str, student: str) -> Path:
    """Return the folder of a `student` in the `course`; `kind` is one of `KINDS`."""
    return course / WORKSHOP / kind / file_name(student)


def result(course: Path, student: str, assignment: str) -> Path:
    """Return where the result of a `student` for an `assignment` lies in the `course`. It need not exist."""
    return of_student(course, "results", student) / f"{assignment}.json"


def timings(course: Path, student: str, assignment: str) -> Path:
    """Return where the times of a `student` for an `assignment` lie in the `course`."""
    return of_student(course, "timings", student) / f"{assignment}.json"


def receipt(course: Path, student: str, assignment: str) -> Path:
    """Return where the receipt of a `student` for an `assignment` lies in the `course`."""
    return of_student(course, "receipts", student) / f"{assignment}.json"


def journal(course: Path, student: str, assignment: str, suffix: str) -> Path:
    """Return where the journal of a `student` for an `assignment` lies in the `course`; `suffix` says which of its files."""
    return of_student(course, "journal", student) / f"{assignment}{suffix}"


def answers(course: Path, assignment: str) -> Path:
    """Return the folder of what known programs answer; nothing in it is a student's."""
    return course / WORKSHOP / "answers" / assignment


def fingerprints(course: Path, assignment: str) -> Path:
    """Return where the fingerprints of known mistakes lie that were released last; nothing in them is a student's."""
    return course / WORKSHOP / "fingerprints" / f"{assignment}.json"


def pages(course: Path, assignment: str) -> Path:
    """Return the folder of an assignment's pages."""
    return course / WORKSHOP / "pages" / assignment


def page(course: Path, student: str, assignment: str, audience: Audience) -> Path:
    """Return where the page of a `student` for an `assignment` and an `audience` lies in the `course`."""
    return pages(course, assignment) / page_link(student, audience)


def page_link(student: str, audience: Audience = "staff") -> str:
    """Return the path of a submission's page from the folder of its assignment's pages, not quoted."""
    return f"{audience}/{file_name(student)}.html"


def results(course: Path, assignment: str) -> list[Path]:
    """Return the result files of an assignment, by folder; also of folders that cannot be looked into."""
    home = course / WORKSHOP / "results"
    try:
        folders = sorted(home.iterdir())
    except OSError:
        return []
    return [path for each in folders if not _is_missing(path := each / f"{assignment}.json")]


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def owns(student: str, folder: str) -> bool:
    """Return whether a folder of that name is the student's, as it is called now or was in version 0.1."""
    return folder in (file_name(student), student)


# --- students whom a file system may take for one -----------------------------------------------------------------------------


def twins(students: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return student -> the others whose files have the same name to whoever looks neither at case nor at how accents are coded."""
    alike: dict[str, list[str]] = {}
    for student in students:
        alike.setdefault(_folded(file_name(student)), []).append(student)
    return {
        each: tuple(other for other in group if other != each)
        for group in alike.values()
        if len(group) > 1
        for each in group
    }


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def told_apart(course: Path, student: str, other: str) -> bool:
    """Ask whether the file system of the `course` tells the files of `student` and `other` apart. Makes their folders of results.

    Raises OSError where they cannot be made.
    """
    folders = [of_student(course, "results", each) for each in (student, other)]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return not os.path.samefile(*folders)
