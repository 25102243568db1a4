"""Whatever ends, and however rudely: no process stays behind, and the sandbox goes on where it can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.errors import SandboxBroken
from autograder.model import Returned
from autograder.sandbox.jail.profile import FULL, WITHOUT_BUBBLEWRAP
from autograder.sandbox.jailed import Sandbox
from tests.sandbox.conftest import QUICK, call, notebook

ROOT = Path(__file__).resolve().parents[2]

SUPERVISOR = """
import sys, threading
from autograder.model import Call, Cell, Notebook
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Batch, Limits

opened = []
starter = threading.Thread(target=lambda: opened.append(Sandbox(profile=sys.argv[1])))
starter.start()
starter.join()  # the thread that started the sandbox is gone
session = opened[0].session(Limits(cell_seconds=1000.0, submission_seconds=1000.0))
session.run(Notebook("n", (Cell(0, "code", "def f(): return 1"),)))
print("answered", session.answer(Batch((Call("f"),)))[0].value, flush=True)
session.run(Notebook("n", (Cell(0, "code", "while True: pass"),)))
"""


def descendants(process: int) -> set[int]:
    """The processes below `process`, itself apart."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def living(processes: set[int]) -> list[int]:
    def lives(process: int) -> bool:
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return sorted(filter(lives, processes))


@pytest.fixture
def supervisors() -> Iterator[dict[str, subprocess.Popen[str]]]:
    line = [sys.executable, "-c", SUPERVISOR]
    started = {
        name: subprocess.Popen([*line, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in (FULL, WITHOUT_BUBBLEWRAP)
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def test_a_killed_supervisor_leaves_no_process(supervisors: dict[str, subprocess.Popen[str]]) -> None:
    for process in supervisors.values():
        assert process.stdout is not None
        assert process.stdout.readline() == "answered 1\n"
    below = {name: descendants(process.pid) for name, process in supervisors.items()}
    assert {name: len(each) >= 2 for name, each in below.items()} == dict.fromkeys(below, True)
    for process in supervisors.values():
        process.send_signal(signal.SIGKILL)
        process.wait()
    for name, processes in below.items():
        assert soon(lambda processes=processes: not living(processes)), (name, living(processes))


def test_a_lost_zygote_is_replaced_and_a_closed_sandbox_is_empty() -> None:
    before = descendants(os.getpid())
    with Sandbox() as own:
        session = own.session(QUICK)
        session.run(notebook("x = 41", "def f(): return x + 1"))
        assert len(descendants(os.getpid()) - before) >= 3
        zygote = own._spawner.pid
        assert zygote is not None
        os.kill(zygote, signal.SIGKILL)
        outcome = call(session, "f")
        assert isinstance(outcome, Returned)
        assert outcome.value == 42
        ours = descendants(os.getpid()) - before
    assert soon(lambda: not living(ours))
    with pytest.raises(SandboxBroken, match="closed"):
        call(own.session(QUICK), "f")


def test_a_closed_session_ends_its_child(sandbox: Sandbox) -> None:
    before = descendants(os.getpid())
    session = sandbox.session(QUICK)
    session.run(notebook("import threading, time\nthreading.Thread(target=time.sleep, args=(1e6,)).start()"))
    child = descendants(os.getpid()) - before
    assert len(child) == 1
    session.close()
    assert soon(lambda: not living(child))
