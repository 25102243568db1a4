"""What a class has handed in, in nbgrader's directories."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom import kept
from autograder.course.folders import SUBMITTED
from autograder.errors import UnreadableError, UsageError
from autograder.model import Blame


@dataclass(frozen=True)
class Submission:
    """What one student has handed in.

    path   None where there is no notebook
    why    what is there instead, and whose fault it is: `blame`
    twins  other students' names that differ in nothing but case, or the coding of accents
    """

    student: str
    path: Path | None
    why: str = ""
    blame: Blame = "student"
    twins: tuple[str, ...] = ()


def submissions(course: Path, assignment: str, students: Sequence[str] = ()) -> list[Submission]:
    """List what was handed in for an `assignment` of the `course`, by student; if `students` are named, only theirs.

    Raises UsageError where nothing was, or a student is unknown; UnreadableError where the machine does not say.
    """
    folder = course / SUBMITTED
    found = list(_all(folder, assignment))
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
    twins = kept.twins(each.student for each in found)
    return [
        replace(each, twins=twins.get(each.student, ()))
        for each in found
        if not students or each.student in students
    ]


def _all(folder: Path, assignment: str) -> Iterator[Submission]:
    try:
        homes = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise UnreadableError(
            f"What was handed in cannot be looked at ({error.strerror}).",
            remedy="See that whoever grades may read this folder.",
            file=str(folder),
        ) from error
    for home in homes:
        try:
            if stat.S_ISDIR((home / assignment).stat().st_mode):
                yield _submission(home / assignment, assignment)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:  # closed to us: whoever is left out unseen gets no points
            why = f"the folder cannot be opened ({error.strerror})"
            yield Submission(home.name, None, why, "grader")


def _submission(folder: Path, assignment: str) -> Submission:
    """Raises OSError where the folder is closed."""
    student = folder.parent.name
    if folder.is_symlink() or folder.parent.is_symlink():  # it could lead to what somebody else has handed in
        return Submission(student, None, "there is a link in place of the folder")
    with os.scandir(folder) as entries:  # a glob would take a closed folder for an empty one
        notebooks = sorted(
            folder / each.name
            for each in entries
            if each.name.endswith(".ipynb") and each.is_file(follow_symlinks=False)
        )
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
