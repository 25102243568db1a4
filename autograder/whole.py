"""Files that are whole or not there, also when whoever writes them is killed midway."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

WORKSHOP = ".autograder"
WRITING = "writing"


def replace(path: Path, data: bytes) -> None:
    """Writes `data` to `path`: what is there afterwards is all of it, or what was there before. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = _place(path)
    name = _nameless(place, path.name, data) or _named(place, path.name, data)
    try:
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _place(path: Path) -> Path:
    """Where it is written before it is moved: in a course's workshop a folder for that, which can be swept."""
    workshop = next((parent for parent in path.parents if parent.name == WORKSHOP), None)
    if workshop is None:
        return path.parent
    folder = workshop / WRITING
    folder.mkdir(exist_ok=True)
    return folder


def _nameless(place: Path, called: str, data: bytes) -> str | None:
    """A file that has no name until it is whole, so that nobody finds half of it; None where the system has no such thing."""
    if not hasattr(os, "O_TMPFILE"):
        return None
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        handle = os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.chmod(handle, 0o644)
            name = f".{called}.{secrets.token_hex(4)}"
            os.link(f"/proc/self/fd/{handle}", name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:  # file systems that cannot do that: NFS, some of containers
        return None
    finally:
        os.close(folder)
    return str(place / name)


def _named(place: Path, called: str, data: bytes) -> str:
    handle, name = tempfile.mkstemp(dir=place, prefix=f".{called}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name
