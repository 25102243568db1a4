"""Files around nbgrader: what it must not copy, and how a finished directory takes its place."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

SCRATCH = Path(".autograder") / "recording"


@contextmanager
def scratch_in(course: Path) -> Iterator[str]:
    """Make a directory inside the course, and hand out its path relative to it; moving from there is one step."""
    scratch = SCRATCH / uuid.uuid4().hex
    (course / scratch).mkdir(parents=True)
    try:
        yield str(scratch)
    finally:
        shutil.rmtree(course / scratch, ignore_errors=True)


def odd_files(folder: Path) -> list[str]:
    """Return patterns, as nbgrader ignores them, of what it would stumble over in a submission, or copy from elsewhere."""
    odd = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not stat.S_ISREG(os.lstat(path).st_mode) or not os.access(path, os.R_OK):
                odd.append(escape(name))
    return odd


def replace(final: Path, staged: Path, previous: Path, *, shared: bool) -> None:
    """Put directory `staged` in the place of `final`, which moves to `previous`.

    shared  other graders may write there, as nbgrader's `groupshared` has it
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    if shared:
        for folder in (final.parent, final.parent.parent):
            folder.chmod((folder.stat().st_mode | 0o2770) & 0o2777)
    if not final.exists():
        staged.rename(final)
        return
    final.rename(previous)
    try:
        staged.rename(final)
    except OSError:
        previous.rename(final)
        raise
