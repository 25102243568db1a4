"""What does not come back is told while it runs, once, and an interrupt says where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from autograder.model import Call, Cell, Limits, Notebook, Returned, TimedOut
from autograder.sandbox.transport import Batch
from autograder.student import local_run
from autograder.student.local_run import Here
from autograder.student.slow_calls import Patience, PatientInProcess, Stopped

ROOT = Path(__file__).parents[2]


def test_what_takes_long_is_told_once() -> None:
    told: list[str] = []
    with Patience("Press stop.", seconds=0.3, tell=told.append) as patience:
        with patience.waiting("quick()"):
            pass
        with patience.waiting("slow()"):
            time.sleep(1.2)
    assert told == ["slow() has been running for 0.3 s. Is there an endless loop? Press stop."]


def test_every_call_starts_anew() -> None:
    told: list[str] = []
    with Patience("", seconds=0.6, tell=told.append) as patience:
        here = PatientInProcess({"f": lambda: time.sleep(0.4)}, patience)
        for _ in range(3):
            here._answer(Call("f"))
    assert told == []


def test_an_interrupt_is_a_line_and_no_traceback() -> None:
    stop = Stopped("train(net)", "line 3 of its cell: while True:")
    assert stop._render_traceback_() == [
        "Stopped while train(net) was running, at line 3 of its cell: while True:."
    ]


LOOP = """
import _thread, signal, threading, time
from autograder import check
from autograder.student import slow_calls
slow_calls.Patience.__init__.__defaults__ = (0.5, None)

signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests behind a terminal may have it ignored

def interrupt():
    while True:  # a person would press it again, too
        time.sleep(1.5)
        _thread.interrupt_main()

class EmbeddingNet:
    def __init__(self):
        threading.Thread(target=interrupt, daemon=True).start()
        n = 0
        while True:
            n += 1

check("embedding_net", assignment="fewshot")
"""


def test_an_endless_loop_in_one_s_own_program_is_told_and_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LOOP)
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert "has been running for 0.5 s. Is there an endless loop? Stop it with Ctrl-C." in done.stdout
    assert "Stopped while" in done.stderr


# --- what does not come back is ended


def patient(namespace: dict[str, Any], told: list[str], **settings: Any) -> tuple[Patience, PatientInProcess]:
    patience = Patience("Stop it.", tell=told.append, **settings)
    return patience, PatientInProcess(namespace, patience)


def kernel(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace


LATE = {
    "a loop": "def f():\n    n = 0\n    while True:\n        n += 1",
    "a sleep": "import time\ndef f():\n    time.sleep(1000)",
    "a loop that catches exceptions": (
        "def f():\n    while True:\n        try:\n            1 / 0\n        except Exception:\n            pass"
    ),
    "a loop that catches everything, once": (
        "def f():\n    try:\n        while True: pass\n    except:\n        pass\n    while True: pass"
    ),
    "a lock": "import threading\ndef f():\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()",
}


@pytest.mark.parametrize("what", LATE)
def test_a_call_that_does_not_come_back_is_ended_with_its_line(what: str) -> None:
    told: list[str] = []
    patience, here = patient(kernel(LATE[what]), told)
    with patience:
        outcomes = here.answer(Batch((Call("f"), Call("f")), call_seconds=0.06))
    assert outcomes == [TimedOut(0.06)]  # nothing is asked behind it
    (said,) = told
    assert said.startswith("f() did not come back and was stopped: is there an endless loop? It was at line ")


def test_what_is_in_time_is_left_alone_also_right_before_the_end() -> None:
    told: list[str] = []
    patience, here = patient(kernel("import time\ndef f():\n    time.sleep(0.2)\n    return 1"), told)
    with patience:
        outcomes = here.answer(Batch((Call("f"),) * 4, call_seconds=0.2))
    assert [each.value for each in outcomes if isinstance(each, Returned)] == [1] * 4
    assert told == []


def test_the_kernels_own_alarm_is_given_back() -> None:
    def mine(*_: object) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with Patience(""):
            assert signal.getsignal(signal.SIGALRM) is not mine
        assert signal.getsignal(signal.SIGALRM) is mine
    finally:
        signal.signal(signal.SIGALRM, before)


def test_outside_of_the_main_thread_it_is_told_and_not_ended() -> None:
    told: list[str] = []

    def work() -> None:
        patience, here = patient({"f": lambda: time.sleep(0.9)}, told, seconds=0.3)
        with patience:
            here.answer(Batch((Call("f"),), call_seconds=0.06))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert told == ["f() has been running for 0.3 s. Is there an endless loop? Stop it."]


def test_a_cell_without_end_is_ended_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_run, "LIMITS", Limits(cell_seconds=0.5))
    told: list[str] = []
    with Patience("", tell=told.append) as patience:
        shell = Here(tmp_path, patience).session(Limits())
        cells = tuple(
            Cell(index, "code", source) for index, source in enumerate(("while True:\n    pass", "x = 1"))
        )
        late, after = shell.run(Notebook("ada.ipynb", cells))
    assert (late.timed_out, after.raised, after.timed_out) == (True, None, False)
    (said,) = told
    # with the line, unless a busy machine has not come to it yet
    assert said.startswith("Cell 0 did not come back and was stopped: is there an endless loop?")
