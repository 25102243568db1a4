"""What fails for one submission, and what fails for all.

A page that cannot be rendered, a name that a file system refuses, a folder that is closed: that submission waits for a
person, with the reason, and the class goes on. A full disk, or one that takes nothing more: the run stops, and what is done is
kept (`StorageError`).
"""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.folders import WORKSHOP
from autograder.errors import StorageError
from autograder.feedback.sanitise import one_line, visible
from autograder.model import Failure, Graded

if TYPE_CHECKING:
    from autograder.runner import Grader

FOR_ALL = {errno.ENOSPC: "is full", errno.EDQUOT: "is full", errno.EROFS: "can only be read"}
FREE = 1 << 16  # bytes; less than that is a full disk


def unfinished(grader: Grader, student: str, error: Exception) -> Graded:
    """Return a result without a score that says what came between. Raises StorageError where that is so for all.

    grader, student   who graded, and whose submission
    error             what came between
    """
    halt(error)
    what = f"Its result could not be made or written ({reason(error)})."
    remedy = "Mend what it names, and run the command again: nothing else is graded anew."
    return grader.ungraded(student, Failure("grader", what, remedy, file=place(error)))


def halt(error: BaseException) -> None:
    """Raise StorageError where `error`, or what led to it, says that nothing more can be written."""
    for each in chain(error):
        if isinstance(each, StorageError):
            raise each
        if isinstance(each, OSError) and each.errno in FOR_ALL:
            raise disk(each) from error


def disk(error: OSError) -> StorageError:
    """Return what is told of a disk that takes nothing more."""
    return StorageError(
        f"The disk {FOR_ALL.get(error.errno or 0, 'takes nothing')}: nothing more can be kept.",
        remedy="Make room, or see that it can be written; then run the same command again, which goes on from there.",
        file=place(error),
    )


def reason(error: BaseException) -> str:
    """Return an error in a few words, harmless to read."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {visible(Path(name).name)}" if (name := _name(error)) else error.strerror
    return one_line(f"{type(error).__name__}: {error}", 200)


def place(error: BaseException) -> str | None:
    """Return the file that an error is about."""
    return _name(error) or None


def _name(error: BaseException) -> str:
    name = getattr(error, "filename", None)
    return name if isinstance(name, str) else ""


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def require_room(course: Path) -> None:
    """Ask whether results can be kept in a course, before anything is graded. Raises StorageError."""
    file = course / WORKSHOP / f".room.{secrets.token_hex(4)}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            file.write_bytes(bytes(FREE))
        finally:
            file.unlink(missing_ok=True)
    except OSError as error:
        halt(error)
        raise StorageError(
            f"Nothing can be written here ({error.strerror}).",
            remedy="See that whoever grades may write this folder.",
            file=str(file.parent),
        ) from error
