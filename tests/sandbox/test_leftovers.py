"""Whatever ends, and however rudely: no process stays behind, and the sandbox goes on where it can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from autograder.errors import SandboxBroken
from autograder.model import Returned
from autograder.sandbox.jail.profile import FULL, UNSANDBOXED, WITHOUT_BUBBLEWRAP
from autograder.sandbox.jailed import Sandbox
from tests.sandbox.sessions import QUICK, call, descendants, living, notebook, soon

ROOT = Path(__file__).resolve().parents[2]

SUPERVISOR = """
import sys, threading
from autograder.model import Call, Cell, Notebook
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Batch
from autograder.model import Limits

opened = []
starter = threading.Thread(target=lambda: opened.append(Sandbox(profile=sys.argv[1])))
starter.start()
starter.join()  # the thread that started the sandbox is gone
session = opened[0].session(Limits(cell_seconds=1000.0, submission_seconds=1000.0))
session.run(Notebook("n", (Cell(0, "code", "def f(): return 1"),)))
print("answered", session.answer(Batch((Call("f"),)))[0].value, flush=True)
session.run(Notebook("n", (Cell(0, "code", "while True: pass"),)))
"""


@pytest.fixture
def supervisors(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    line = [sys.executable, "-c", SUPERVISOR]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    started = {
        name: subprocess.Popen([*line, name], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for name in (FULL, WITHOUT_BUBBLEWRAP)
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def at_work(supervisor: subprocess.Popen[str]) -> bool:
    return len(descendants(supervisor.pid)) >= 2  # a zygote and a child


def gone(processes: set[int]) -> bool:
    return not living(processes)


def test_a_killed_supervisor_leaves_no_process(supervisors: dict[str, subprocess.Popen[str]]) -> None:
    for process in supervisors.values():
        assert process.stdout is not None
        assert process.stdout.readline() == "answered 1\n"
    for process in supervisors.values():
        assert soon(partial(at_work, process))
    below = {name: descendants(process.pid) for name, process in supervisors.items()}
    for process in supervisors.values():
        process.send_signal(signal.SIGKILL)
        process.wait()
    for name, processes in below.items():
        assert soon(partial(gone, processes)), (name, living(processes))


def test_a_lost_zygote_is_replaced_and_a_closed_sandbox_is_empty() -> None:
    """With the least of profiles, which this machine may not have been asked for otherwise."""
    before = descendants(os.getpid())
    with Sandbox(unsandboxed=True) as own:
        assert own.name == UNSANDBOXED
        assert len(own.notes) == 1
        session = own.session(QUICK)
        assert session.name == UNSANDBOXED
        session.run(notebook("x = 41", "def f(): return x + 1"))
        assert len(descendants(os.getpid()) - before) >= 2
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
