"""Reading a zip, or a folder of the same layout, that nobody vouches for.

Nothing is ever extracted: members are read into memory one at a time, by the names that the archive lists, so
a name like ../../.bashrc leads nowhere. Sizes are bounded before and while a member is unpacked.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from autograder.errors import DataError

MAX_MEMBERS = 100_000
MAX_BYTES = 1_000_000  # of one member, unpacked; Omniglot's images have about 300
MAX_TOTAL = 500_000_000  # of all members, unpacked; Omniglot's have about 10 million
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class Archive(Protocol):
    """Files under one roof."""

    path: Path
    names: tuple[str, ...]  # with forward slashes, relative, sorted

    def read(self, name: str) -> bytes:
        """Return the content of one of `names`. Raises DataError where it cannot be read."""
        ...


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a zip file or a folder.

    Raises:
        DataError: it is neither, or it is damaged or too big.
    """
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        stream = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise DataError("There is no such file.", remedy="Check the path.", file=str(path)) from None
    except _UNREADABLE as error:
        raise damaged(path, f"This is no readable zip archive ({error}).") from None
    with stream:
        yield _Zip(path, stream)


def damaged(path: Path, what: str) -> DataError:
    """Return the error for an archive that is not as it was published: the DataError says `what`, and to fetch it again."""
    return DataError(
        what,
        remedy="Delete it and fetch it again: autograder data fetch NAME (see autograder data list).",
        file=str(path),
    )


class _Zip:
    def __init__(self, path: Path, stream: zipfile.ZipFile) -> None:
        members = [member for member in stream.infolist() if not member.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise damaged(path, f"The archive lists {len(members)} files, more than {MAX_MEMBERS}.")
        if (total := sum(member.file_size for member in members)) > MAX_TOTAL:
            raise damaged(path, f"The archive would unpack to {total} bytes, more than {MAX_TOTAL}.")
        self.path = path
        self._stream = stream
        self._members = {member.filename: member for member in members}
        if len(self._members) < len(members):
            raise damaged(path, "The archive lists a file twice.")
        self.names = tuple(sorted(self._members))

    def read(self, name: str) -> bytes:
        member = self._members[name]
        if member.file_size > MAX_BYTES:
            raise damaged(
                self.path, f"{name} would unpack to {member.file_size} bytes, more than {MAX_BYTES}."
            )
        try:
            with self._stream.open(member) as content:
                return _bounded(self.path, name, content)
        except _UNREADABLE as error:
            raise damaged(self.path, f"{name} cannot be unpacked ({error}).") from None


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        names = []
        for folder, _, files in os.walk(path):
            names += [Path(folder, file).relative_to(path).as_posix() for file in files]
            if len(names) > MAX_MEMBERS:
                raise DataError(
                    f"The folder holds more than {MAX_MEMBERS} files.",
                    remedy="Name the folder of the data set itself.",
                    file=str(path),
                )
        self.names = tuple(sorted(names))

    def read(self, name: str) -> bytes:
        try:
            with open(self.path / name, "rb") as content:
                return _bounded(self.path, name, content)
        except OSError as error:
            raise DataError(
                f"{name} cannot be read ({error.strerror}).",
                remedy="Check its permissions.",
                file=str(self.path),
            ) from None


def _bounded(path: Path, name: str, content: IO[bytes]) -> bytes:
    data = content.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise damaged(path, f"{name} has more than {MAX_BYTES} bytes.")
    return data
