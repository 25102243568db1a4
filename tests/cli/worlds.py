"""Worlds that a test process cannot make around itself: an ordinary user, to whom folders can be closed, and a small disk."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.hostile import users

DISK = "FEWLABELS_SMALL_DISK"
BYTES = 4 << 20


def in_a_narrow_world(*arguments: str, size: int = BYTES) -> subprocess.CompletedProcess[str]:
    """Run pytest with `arguments` as an ordinary user, who finds a small disk of their own at what `DISK` says."""
    # not below pytest's own folder, which every pytest of this user closes to others when it starts
    with tempfile.TemporaryDirectory(prefix="fewlabels-narrow-") as folder:
        Path(folder).chmod(0o755)
        disk = Path(folder) / "disk"
        disk.mkdir()
        before = [
            *("bwrap", "--dev-bind", "/", "/", "--perms", "1777", "--size", str(size)),
            *("--tmpfs", str(disk), "--setenv", DISK, str(disk), "--die-with-parent", "--"),
        ]
        common = (
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-p",
            "no:logging",
            "--basetemp",
            str(disk / "tmp"),
        )
        return users.python(*common, *arguments, before=[*before, *users.ordinary()])
