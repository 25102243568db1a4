"""Attacks on our own boundary, in one throwaway child, before any submission: if one of them succeeds, nobody is graded."""

from __future__ import annotations

import importlib.util
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder.errors import SandboxBroken
from autograder.model import Call, Cell, Limits, Notebook, Returned
from autograder.sandbox.transport import Batch, Transport

ATTACKS = """
import ctypes, importlib, os, pathlib, signal, socket

def attempt(attack):
    try:
        return bool(attack())
    except (OSError, ImportError):
        return False

def attacks(sentinel, checkout, supervisor):
    inside = pathlib.Path(sentinel).parent
    tried = {
        "read a file of the grader": lambda: open(sentinel).read(),
        "list a directory of the grader": lambda: os.listdir(inside),
        "read the checkout": lambda: open(checkout).read(),
        "write beside the grader's files": lambda: open(inside / "written", "w").write("x"),
        "write into /tmp": lambda: open("/tmp/fewlabels-written", "w").write("x"),
        "write into its own interpreter": lambda: open(os.path.join(os.path.dirname(os.__file__), "written"), "w").write("x"),
        "list the scratch directories": lambda: os.listdir(".."),
        "open a socket": lambda: socket.socket(),
        "open a datagram pair": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
        "signal the zygote": lambda: os.kill(os.getppid(), 0) is None,
        "signal the grader": lambda: os.kill(supervisor, 0) is None,
        "signal itself": lambda: os.kill(os.getpid(), 0) is None,
        "read the zygote's memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
        "read the grader's environment": lambda: open(f"/proc/{supervisor}/environ").read(),
        "fork": lambda: os.fork() or os._exit(0),
        "execute a program": lambda: os.posix_spawn("/usr/bin/true", ["true"], {}),
        "import the hidden checks": lambda: importlib.import_module("autograder.hidden"),
        "import the reference": lambda: importlib.import_module("reference"),
    }
    return [name for name, attack in tried.items() if attempt(attack)]
"""


def refuse_if_any_succeeds(session: Callable[[Limits], Transport]) -> None:
    """Attack a session of the sandbox. Raises `SandboxBroken`, which names the attacks that succeeded."""
    with tempfile.TemporaryDirectory(prefix="fewlabels-self-attack-") as directory:
        sentinel = Path(directory) / secrets.token_hex(8)
        sentinel.write_text("of the grader")
        os.chmod(directory, 0o755)
        jailed = session(Limits())
        try:
            results = jailed.run(Notebook("self_attack", (Cell(0, "code", ATTACKS),)))
            call = Call(
                "attacks",
                {
                    "sentinel": str(sentinel),
                    "checkout": _secret() or str(sentinel),
                    "supervisor": os.getpid(),
                },
            )
            outcomes = jailed.answer(Batch((call,)))
        finally:
            jailed.close()
        written = sorted(path.name for path in Path(directory).iterdir() if path != sentinel)
    outcome = outcomes[0]
    if not isinstance(outcome, Returned) or results[0].raised is not None:
        raise _broken(f"its trial run failed ({results[0].raised or outcome})")
    if outcome.value or written:
        raise _broken(f"code inside could {', '.join(map(str, outcome.value or written))}")


def _secret() -> str | None:
    """A file of the checkout; None for the students' installation, which holds no more than the jail shows anyway."""
    return __file__ if importlib.util.find_spec("autograder.hidden") is not None else None


def _broken(why: str) -> SandboxBroken:
    return SandboxBroken(
        f"The sandbox does not hold: {why}.",
        remedy="Do not grade on this machine; run `autograder doctor` and report what it says.",
    )
