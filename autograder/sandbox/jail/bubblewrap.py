"""The command line of bubblewrap: a file system of its own, no network, no other process, no capability."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from autograder.sandbox.jail.view import View

CUT = "/fewlabels"
SCRATCH = "/scratch"
OPENLY = "0755"
INSIDE = "61234"  # who an ordinary user's jail believes to be
UNLISTABLE = "0333"  # a child finds its own scratch by name; nobody finds another's


@cache
def program() -> str | None:
    """Return the path of `bwrap`; None where it is not installed."""
    return shutil.which("bwrap")


def command(
    view: View,
    cut: str,
    environment: Mapping[str, str],
    *,
    root: bool,
    scratch_bytes: int,
    inner: Sequence[str],
    devices: Sequence[str] = (),
    readable: Sequence[str] = (),
) -> list[str]:
    """Return the whole command that runs `inner` in a jail, which sees `view`, `cut` (at `CUT`) and an empty `SCRATCH`.

    environment     the only environment variables inside
    root            True: we are root and may make namespaces without a user namespace. Inside, only the first process may
                    change its uid, and has to
    scratch_bytes   how much the scratch holds, where this bubblewrap can bound it
    devices         nodes of /dev that may be used
    readable        what has to be read for that
    """
    bwrap = program()
    if bwrap is None:
        raise FileNotFoundError("bwrap")
    if root:
        spaces = [f"--unshare-{space}" for space in ("ipc", "pid", "net", "uts", "cgroup-try")]
        capabilities = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        # As nobody in particular: a root that is none could not make the namespaces of jail/own_scratch.py.
        spaces = ["--unshare-all", "--unshare-user", "--uid", INSIDE, "--gid", INSIDE]
        capabilities = ["--cap-drop", "ALL"]
    size = ["--size", str(scratch_bytes)] if knows_size() else []
    return [
        bwrap,
        *spaces,
        # As process 1: bubblewrap's own would be a process of the same uid without the layers that follow.
        *("--as-pid-1", "--die-with-parent", "--new-session"),
        *capabilities,
        "--clearenv",
        *(part for name, value in environment.items() for part in ("--setenv", name, value)),
        *_mounts(view.paths),
        *("--ro-bind", cut, CUT),
        *("--proc", "/proc", "--dev", "/dev"),
        *(part for path in devices for part in ("--dev-bind", path, path)),
        *(part for path in readable if not path.startswith("/proc/") for part in ("--ro-bind", path, path)),
        *(*size, "--perms", UNLISTABLE, "--tmpfs", SCRATCH),
        *("--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/"),
        "--",
        *inner,
    ]


@cache
def knows_size() -> bool:
    """Ask whether this bubblewrap can bound a tmpfs: 0.7 learned it.

    Before, the zygote's look at the scratch is the only bound.
    """
    answer = subprocess.run(
        [program() or "bwrap", "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    version = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= (0, 7)


def _mounts(paths: Sequence[str]) -> list[str]:
    """Read-only binds; parents are made openly, for bubblewrap closes them to all but their owner."""
    arguments: list[str] = []
    made: set[str] = {"/"}
    for path in paths:
        for parent in reversed(Path(path).parents):
            if str(parent) not in made:
                made.add(str(parent))
                arguments += ["--perms", OPENLY, "--dir", str(parent)]
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        else:
            arguments += ["--ro-bind", path, path]
    return arguments
