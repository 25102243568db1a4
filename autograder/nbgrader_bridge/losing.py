"""A grade book that is there no more, or takes nothing: no submission's fault, and the end of a run."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from autograder.classroom import fence
from autograder.errors import StorageError

# https://sqlite.org/rescode.html; SQLITE_BUSY and SQLITE_LOCKED pass by themselves
_LOST = (
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_CANTOPEN",
)
REMEDY = "Put the grade book back, or see that it can be written; then run the same command again, which enters what is missing."


class Watch:
    """The file of a SQLite grade book, which has to stay the same one. A database on a server is asked by using it."""

    def __init__(self, db_url: str) -> None:
        file = db_url.removeprefix("sqlite:///")
        self._file = Path(file) if file != db_url else None
        self._known = self._identity()

    def require(self) -> None:
        """Raise StorageError where the grade book is another one than before, or gone.

        SQLite goes on writing into a file that was deleted, and says nothing.
        """
        if self._file is not None and self._identity() != self._known:
            raise StorageError(
                "The grade book was deleted or replaced while it was written.",
                remedy=REMEDY,
                file=str(self._file),
            )

    def _identity(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            found = os.stat(self._file)
        except OSError:
            return None
        return found.st_dev, found.st_ino


def halt(errors: Iterable[BaseException], what: str = "takes no more entries") -> None:
    """Raise StorageError where one of `errors` says that nothing can be entered, for anybody; `what` then is so."""
    for error in errors:
        if isinstance(error, StorageError):  # said already, where it was seen
            raise error
        for each in fence.chain(error):
            if isinstance(each, DBAPIError | sqlite3.Error) and _is_lost(each):
                why = fence.reason(getattr(each, "orig", None) or each)
                raise StorageError(
                    f"The grade book {what} ({why}).",
                    remedy=REMEDY,
                ) from error
        fence.halt(error)


def _is_lost(error: DBAPIError | sqlite3.Error) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", "")
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return gone or name.startswith(_LOST) or "no such table" in str(cause)
