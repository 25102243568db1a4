"""What does not come back is told while it runs, once, and an interrupt says where it was."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from autograder.model import Call
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
import _thread, threading
from autograder import check
from autograder.student import slow_calls
slow_calls.Patience.__init__.__defaults__ = (0.5, None)

class EmbeddingNet:
    def __init__(self):
        threading.Timer(1.5, _thread.interrupt_main).start()
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
