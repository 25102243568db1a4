"""A folder that takes the place of another in one step: whoever looks sees the old one or the new one, whole.

The new one is written aside, in COURSE/.autograder/releasing/. On Linux the two then change places in one system call
(renameat2); elsewhere the old one steps aside first, and what a kill between the two steps leaves is put right by the
next `Workshop`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError

PLACE = Path(".autograder") / "releasing"
AT_FDCWD, RENAME_EXCHANGE = -100, 2


@contextmanager
def workshop(course: Path, final: Path) -> Iterator[Path]:
    """Make a new folder to write into, held by one process at a time; clear away what is left of killed ones.

    Raises UsageError where another process is releasing.
    """
    place = _on_one_disk(course, final)
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place / "lock"):
        _recover(place, final)
        staged = place / "staged"
        staged.mkdir()
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def write(staged: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, readable by everyone, and see that they are on the disk."""
    for name, data in files.items():
        with open(staged / name, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        (staged / name).chmod(0o644)
    staged.chmod(0o755)


def publish(staged: Path, final: Path) -> None:
    """Put `staged` in the place of `final`."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if not final.exists():
        staged.rename(final)
    elif not _exchanged(staged, final):
        previous = _previous(staged.parent, final)
        final.rename(previous)
        staged.rename(final)
        shutil.rmtree(previous)


def _recover(place: Path, final: Path) -> None:
    previous = _previous(place, final)
    if previous.is_dir() and not final.exists():
        previous.rename(final)
    for left in (previous, place / "staged"):
        if left.exists():
            shutil.rmtree(left)


def _previous(place: Path, final: Path) -> Path:
    return place / f"previous-{final.name}"


def _on_one_disk(course: Path, final: Path) -> Path:
    """The workshop's place: in the course, or beside the release folder where that lies on another disk."""
    final.parent.mkdir(parents=True, exist_ok=True)
    same = course.stat().st_dev == final.parent.stat().st_dev
    return course / PLACE if same else final.parent / ".releasing"


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two changed places in one step; False where the system cannot do that."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # an old C library
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends. Without fcntl (Windows) nobody is kept out."""
    with open(path, "w") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            raise UsageError(
                "Another process is releasing in this course.",
                remedy="Wait until it is done.",
                file=str(path),
            ) from None
        yield
