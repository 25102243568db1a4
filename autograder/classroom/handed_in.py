"""What a class has handed in, in nbgrader's directories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.folders import SUBMITTED
from autograder.errors import UsageError


@dataclass(frozen=True)
class Submission:
    """`path` is None where a student handed in no notebook; `why` says what is there instead."""

    student: str
    path: Path | None
    why: str = ""


def submissions(course: Path, assignment: str, students: Sequence[str] = ()) -> list[Submission]:
    """List what was handed in for an `assignment` of the `course`, by student; if `students` are named, only theirs.

    Raises UsageError where nothing was, or a student is unknown.
    """
    folder = course / SUBMITTED
    found = [
        _submission(each, assignment) for each in sorted(folder.glob(f"*/{assignment}")) if each.is_dir()
    ]
    if not found:
        raise UsageError(
            f"Nobody has submitted {assignment!r}.",
            remedy=f"Put notebooks at {SUBMITTED}/STUDENT/{assignment}/ in the course directory.",
            file=str(folder),
        )
    unknown = set(students) - {each.student for each in found}
    if unknown:
        raise UsageError(
            f"No submission of {', '.join(sorted(unknown))}.",
            remedy="Look into submitted/.",
            file=str(folder),
        )
    return [each for each in found if not students or each.student in students]


def _submission(folder: Path, assignment: str) -> Submission:
    student = folder.parent.name
    if folder.is_symlink() or folder.parent.is_symlink():  # it could lead to what somebody else has handed in
        return Submission(student, None, "there is a link in place of the folder")
    notebooks = sorted(path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink())
    named = [path for path in notebooks if path.stem == assignment]
    if named:
        return Submission(student, named[0])
    if len(notebooks) == 1:
        return Submission(student, notebooks[0])
    why = (
        f"there are {len(notebooks)} notebooks, none of them called {assignment}.ipynb"
        if notebooks
        else "there is no notebook"
    )
    return Submission(student, None, why)
