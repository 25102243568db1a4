"""Notebooks that crash, hang or devour, in the real sandbox: each comes to an outcome and costs nobody else anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from autograder.model import Call, CellResult, Crashed, Missing, Opaque, Outcome, Raised, Returned, TimedOut
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import answers
from tests.sandbox.sessions import QUICK, call, notebook

MEAN = "import torch\ndef mean(x): return x.mean(0)"


def text(result: CellResult) -> str:
    return "".join(output.get("text", "") for output in result.outputs)


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Returned), outcome
    return outcome.value


# --- cells that end their process ------------------------------------------------------------------------------------

DEATHS = {
    "exit status 3": "import os; os._exit(3)",
    "SIGSEGV": "import ctypes; ctypes.string_at(0)",
    "closed the connection": "import os; os.closerange(0, 1000)\nimport time; time.sleep(5)",
}


@pytest.mark.parametrize(("how", "source"), DEATHS.items(), ids=DEATHS.keys())
def test_a_cell_that_ends_its_process_takes_nothing_along(jailed: Jailed, how: str, source: str) -> None:
    before, dead, after = jailed.run(
        notebook(MEAN + "\nx = 1", source, "y = x + 1\nprint(y)\ndef f(): return y")
    )
    assert (before.crashed, dead.crashed, after.crashed) == (False, True, False)
    assert how in dead.outputs[0]["evalue"]
    assert text(after) == "2\n"
    assert value(call(jailed, "f")) == 2
    jailed.renew()
    assert value(call(jailed, "f")) == 2


def test_a_cell_without_end_times_out_and_the_next_one_runs(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, cell_seconds=0.4))
    before, late, after = session.run(notebook("x = 1", "while True: pass", "print(x)"))
    session.close()
    assert (before.timed_out, late.timed_out, after.timed_out) == (False, True, False)
    assert text(after) == "1\n"
    assert 0.4 < session.usage.cpu_seconds < 0.8  # its deadline is paid once


def test_an_endless_cell_is_not_run_again_for_the_children_that_follow(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, cell_seconds=0.4))
    session.run(notebook("def f(x): return 1", "while True: pass"))
    for _ in range(3):
        session.renew()
        assert value(call(session, "f", x=1)) == 1
    used = session.usage.cpu_seconds
    session.close()
    assert used < 1.6


def test_a_single_call_without_end_pays_its_deadline_once(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, call_seconds=0.4))
    session.run(notebook("def f(x):\n    while True: pass"))
    assert call(session, "f", x=1) == TimedOut(0.4)
    assert session.usage.cpu_seconds < 0.8
    session.close()


def test_a_cell_that_sleeps_for_ever_times_out(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, cell_seconds=0.2, patience=2.0))
    (late,) = session.run(notebook("import time; time.sleep(1e6)"))
    session.close()
    assert late.timed_out


def test_a_cell_that_is_slow_once_passes_its_retry(sandbox: Sandbox) -> None:
    # A child cannot remember, but the clock on the wall goes on.
    session = sandbox.session(replace(QUICK, cell_seconds=0.5, patience=2.0))
    source = f"import time\nwhile time.time() < {time.time() + 1.3}: time.sleep(0.05)\nprint('in time')"
    (result,) = session.run(notebook(source))
    session.close()
    assert not result.timed_out
    assert text(result) == "in time\n"


# --- calls that end their process ------------------------------------------------------------------------------------

RUDE = """
import os, time, torch, ctypes, sys
def fine(): return 1
def leave(): os._exit(1)
def segfault(): ctypes.string_at(0)
def loop():
    while True: pass
def sleep(): time.sleep(1e6)
def quit(): sys.exit(0)
def interrupt(): raise KeyboardInterrupt
def hoard(): return torch.ones(1 << 40)
def hoard_slowly():
    kept = []
    while True: kept.append(bytearray(1 << 24))
def giant(): return torch.zeros(20 << 20)
def giants(): return [torch.zeros(4 << 20)] * 50
def recurse(): return recurse()
def threads():
    import threading
    while True: threading.Thread(target=time.sleep, args=(1e6,)).start()
"""


@pytest.fixture
def rude(sandbox: Sandbox) -> Iterator[Jailed]:
    session = sandbox.session(replace(QUICK, call_seconds=0.4, patience=2.0))
    session.run(notebook(RUDE))
    yield session
    session.close()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("leave", Crashed("ended its process (exit status 1)")),
        ("segfault", Crashed("ended its process (SIGSEGV)")),
        ("loop", TimedOut(0.4)),
        ("sleep", TimedOut(0.4)),
    ],
)
def test_a_call_that_ends_its_child_ends_its_batch(rude: Jailed, function: str, expected: Outcome) -> None:
    one, two = answers(rude, [Call("fine"), Call(function), Call("fine")])
    assert (value(one), two) == (1, expected)
    assert value(call(rude, "fine")) == 1


@pytest.mark.parametrize(
    ("function", "type_"),
    [
        ("quit", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("hoard", "RuntimeError"),
        ("recurse", "RecursionError"),
    ],
)
def test_a_call_that_raises_whatever_it_likes_stays_a_call(rude: Jailed, function: str, type_: str) -> None:
    one, two, three = answers(rude, [Call("fine"), Call(function), Call("fine")])
    assert isinstance(two, Raised)
    assert two.type == type_
    assert (value(one), value(three)) == (1, 1)


def test_a_call_that_starts_threads_without_end_is_ended(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, call_seconds=3.0, memory_bytes=2 << 30))
    source = "import threading, time\ndef f():\n    for _ in range(100): threading.Thread(target=time.sleep, args=(1e6,)).start()\n    time.sleep(2)"
    session.run(notebook(source))
    assert call(session, "f") == Crashed("started more than 64 threads")
    session.close()


@pytest.mark.parametrize("function", ["hoard_slowly", "threads"])
def test_a_call_that_devours_gets_no_more_than_its_budget(sandbox: Sandbox, function: str) -> None:
    session = sandbox.session(replace(QUICK, call_seconds=3.0))
    session.run(notebook(RUDE))
    outcome = call(session, function)
    session.close()
    assert isinstance(outcome, Crashed | Raised | TimedOut)
    assert session.usage.rss_bytes < (512 + 500) << 20


@pytest.mark.parametrize("function", ["giant", "giants"])
def test_a_giant_is_named_and_not_sent(rude: Jailed, function: str) -> None:
    outcome = value(call(rude, function))
    assert isinstance(outcome[-1] if isinstance(outcome, list) else outcome, Opaque)


def test_a_late_call_is_made_once_more_and_the_batch_goes_on(sandbox: Sandbox) -> None:
    source = (
        f"import time\nWHEN = {time.time() + 2.2}\ndef fine(): return 1\n"
        "def slow():\n    while time.time() < WHEN: time.sleep(0.05)\n    return 2"
    )
    session = sandbox.session(replace(QUICK, call_seconds=1.0, patience=1.5))
    session.run(notebook(source))
    outcomes = answers(session, [Call("fine"), Call("slow"), Call("fine")])
    session.close()
    assert [value(outcome) for outcome in outcomes] == [1, 2, 1]


def test_a_submission_has_a_budget(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, submission_seconds=1.0, cell_seconds=0.4))
    results = session.run(notebook(*["while True: pass"] * 6))
    assert [result.timed_out for result in results] == [True] * 6
    assert call(session, "f") == TimedOut(1.0)
    session.close()
    assert session.usage.cpu_seconds < 4.0


def test_dying_wins_no_time(sandbox: Sandbox) -> None:
    burn = "import os, time\nend = time.process_time() + 0.35\nwhile time.process_time() < end: pass\nos._exit(0)"
    session = sandbox.session(replace(QUICK, submission_seconds=1.0, cell_seconds=0.6))
    results = session.run(notebook(*[burn] * 8))
    session.close()
    assert any(result.crashed for result in results)
    assert results[-1].timed_out
    assert session.usage.cpu_seconds < 3.0


def test_a_cell_that_dies_when_it_runs_again_is_left_out(sandbox: Sandbox) -> None:
    source = f"import os, time\nif time.time() > {time.time() + 1.0}: os._exit(0)\nx = 1"
    session = sandbox.session(QUICK)
    session.run(notebook("def f(): return 2", source))
    time.sleep(1.1)
    session.renew()
    assert value(call(session, "f")) == 2
    assert call(session, "x") == Missing("x")
    session.close()
