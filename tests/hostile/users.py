"""The corpus as another user, and on machines that offer less: each is a process of its own, started by root or by anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.jail import bubblewrap
from autograder.sandbox.jail.view import closed_parent

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = "61999"

# A machine whose kernel has no Landlock: the system calls say so, to this process and all that it starts.
WITHOUT_LANDLOCK = """
import errno, os, sys
import pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
    rules.add_rule(pyseccomp.ERRNO(errno.EOPNOTSUPP), name)
rules.load()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def python(*arguments: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Runs this interpreter with `arguments`, behind the command `before`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": "/tmp", "OMP_NUM_THREADS": "1"}
    line = [*before, sys.executable, *arguments]
    return subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3000, check=False
    )


def ordinary() -> list[str]:
    """Makes the command behind it an ordinary user's; nothing where the tests are run by one.

    Where the interpreter lies below a closed home, as on many machines of one user, that home is opened for it, in a mount
    namespace of its own.
    """
    if os.getuid() != 0:
        return []
    needed = [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix, ROOT)]
    opened: list[str] = []
    while (closed := closed_parent(needed)) is not None:
        inside = [path for path in needed if path.startswith(closed + "/")]
        needed = [path for path in needed if path not in inside]
        opened += ["--perms", "0755", "--tmpfs", closed]
        opened += bubblewrap._mounts(inside)
    user = ["setpriv", "--reuid", ORDINARY, "--regid", ORDINARY, "--clear-groups"]
    return ["bwrap", "--dev-bind", "/", "/", *opened, "--die-with-parent", "--", *user]


def without_namespaces() -> list[str]:
    """The command behind it meets a machine that gives no namespaces to anybody, as many pods do."""
    off = ["--unshare-user", "--disable-userns", "--uid", ORDINARY, "--gid", ORDINARY]
    return ["bwrap", *off, "--dev-bind", "/", "/", "--die-with-parent", "--"]


def without_landlock(*arguments: str) -> list[str]:
    """Arguments of `python` that run `arguments` where the kernel has no Landlock."""
    return ["-c", WITHOUT_LANDLOCK, *arguments]
