"""A child's scratch directory, looked at and removed by the zygote. What lies in it was made by hostile hands."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

ENTRIES_CAP = 20_000
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def within(directory: str, size: int) -> bool:
    """Ask whether all files below can be seen, are no more than `ENTRIES_CAP`, and take no more than `size` bytes."""
    entries = used = 0
    pending = [directory]
    while pending:
        try:
            found = list(_entries(pending.pop(), ENTRIES_CAP - entries + 1))
        except (FileNotFoundError, NotADirectoryError):  # gone meanwhile
            continue
        except OSError:  # closed, or deeper than any path: nobody does that who has nothing to hide
            return False
        entries += len(found)
        if entries > ENTRIES_CAP:
            return False
        for entry in found:
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError:
                return False
            used += facts.st_blocks * 512
            if stat.S_ISDIR(facts.st_mode):
                pending.append(entry.path)
        if used > size:
            return False
    return True


def remove(directory: str) -> None:
    """Remove `directory` and all below, however deep: subdirectories are first moved up, so nothing recurses."""
    top = os.open(directory, _OPEN)
    try:
        number = 0
        while entries := os.listdir(top):
            for name in entries:
                number = _remove_one(top, name, number)
    finally:
        os.close(top)
    os.rmdir(directory)


def _remove_one(top: int, name: str, number: int) -> int:
    if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=top)
        return number
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, _OPEN, dir_fd=top)
    try:
        for entry in os.listdir(inner):
            if stat.S_ISDIR(os.stat(entry, dir_fd=inner, follow_symlinks=False).st_mode):
                number = _move_up(inner, entry, top, number)
            else:
                os.unlink(entry, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)
    return number


def _move_up(inner: int, entry: str, top: int, number: int) -> int:
    while True:
        number += 1
        target = f"removed-{number}"
        os.chmod(entry, 0o700, dir_fd=inner)
        try:
            os.stat(target, dir_fd=top, follow_symlinks=False)
        except FileNotFoundError:
            os.rename(entry, target, src_dir_fd=inner, dst_dir_fd=top)
            return number


def _entries(directory: str, cap: int) -> Iterator[os.DirEntry[str]]:
    with os.scandir(directory) as found:
        for count, entry in enumerate(found):
            if count >= cap:
                return
            yield entry
