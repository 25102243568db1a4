"""Files that are whole or not there, also when whoever writes them is killed midway."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write `data` to `path`: what is there afterwards is all of it, or what was there before. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = _nameless(path, data) or _named(path, data)
    try:
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str | bytes) -> None:
    """Write `text` as `write` does, as UTF-8."""
    write(path, text.encode("utf-8") if isinstance(text, str) else text)


def _nameless(path: Path, data: bytes) -> str | None:
    """A file that has no name until it is whole, so that nobody finds half of it; None where the system has no such thing."""
    if not hasattr(os, "O_TMPFILE"):
        return None
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        handle = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.chmod(handle, 0o644)
            name = f".{path.name}.{secrets.token_hex(4)}"
            os.link(f"/proc/self/fd/{handle}", name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:  # file systems that cannot do that: NFS, some of containers
        return None
    finally:
        os.close(folder)
    return str(path.parent / name)


def _named(path: Path, data: bytes) -> str:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name
