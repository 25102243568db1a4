"""The real sandbox: honest notebooks, and those that crash, hang or devour."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.model import (
    Call,
    CellResult,
    Crashed,
    Missing,
    Opaque,
    Outcome,
    Prop,
    Raised,
    Returned,
    Tensor,
    TimedOut,
)
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import Batch, answers
from tests.sandbox.conftest import QUICK, call, notebook, points

MEAN = "import torch\ndef mean(x): return x.mean(0)"


def text(result: CellResult) -> str:
    return "".join(output.get("text", "") for output in result.outputs)


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Returned), outcome
    return outcome.value


# --- honest ----------------------------------------------------------------------------------------------------------


def test_a_notebook_runs_and_answers(jailed: Jailed) -> None:
    first, second, third = jailed.run(notebook(MEAN, "print(mean(torch.ones(2, 3)))", "1 / 0"))
    assert (first.outputs, first.raised) == ((), None)
    assert text(second) == "tensor([1., 1., 1.])\n"
    assert third.raised == Raised("ZeroDivisionError", "division by zero", "line 1 of its cell: 1 / 0")
    got = value(call(jailed, "mean", x=points()))
    assert isinstance(got, Tensor)
    assert np.allclose(got.array, points().mean(0), atol=1e-6)
    assert jailed.name == "bubblewrap+landlock+seccomp"


def test_checks_cannot_tell_the_transports_apart(jailed: Jailed) -> None:
    cells = notebook(
        "import torch, random\ndef f(x, net): net.train(); random.random(); return {'a': (x * 2, [1, None])}",
        "def g(x): return x.no_such_thing",
        "h = 3",
        "class Net: pass",
    )
    weight = np.ones((2, 2), np.float32)
    arguments = {"x": points(2, 2), "net": Prop("linear_net", {"weight": weight})}
    calls = (
        Call("f", arguments, watch=("inputs", "generators", "net")),
        Call("mean", {"x": 1}),
        Call("g", {"x": points(1, 1)}),
        Call("h"),
        Call("Net"),
    )
    here = InProcess()
    here.run(cells)
    jailed.run(cells)
    for ours, theirs in zip(answers(here, calls), answers(jailed, calls), strict=True):
        assert type(ours) is type(theirs)
        if isinstance(ours, Returned) and isinstance(theirs, Returned):
            assert str(ours.value) == str(theirs.value)
            assert (ours.modified, ours.touched, ours.states.keys()) == (
                theirs.modified,
                theirs.touched,
                theirs.states.keys(),
            )
        elif isinstance(ours, Raised) and isinstance(theirs, Raised):
            assert (ours.type, ours.message) == (theirs.type, theirs.message)
        else:
            assert ours == theirs


def test_a_batch_is_answered_in_order(jailed: Jailed) -> None:
    jailed.run(notebook(MEAN))
    batch = Batch(tuple(Call("mean", {"x": np.full((2, 1), float(i))}) for i in range(200)))
    assert [value(outcome).array.item() for outcome in jailed.answer(batch)] == list(range(200))
    assert jailed.answer(Batch(())) == []


def test_before_any_cell_nothing_is_defined(jailed: Jailed) -> None:
    assert call(jailed, "mean") == Missing("mean")
    assert call(jailed, "plt") == Missing("plt")


def test_every_fresh_child_draws_the_same_numbers(jailed: Jailed) -> None:
    source = (
        "import numpy as np, random, torch\n"
        "def draw(): return [torch.rand(1).item(), np.random.rand(), random.random(), hash('a'), list({'a', 'b', 'c', 'd'})]"
    )
    jailed.run(notebook(source))
    first = value(call(jailed, "draw"))
    assert value(call(jailed, "draw")) != first
    jailed.renew()
    assert value(call(jailed, "draw")) == first


def test_the_cells_see_the_student_cut_and_the_jail_is_announced(jailed: Jailed) -> None:
    results = jailed.run(
        notebook(
            "import os; print(os.environ['FEWLABELS_JAIL'])",
            "from autograder import datasets, checks",
            "import autograder.hidden",
            "import reference",
        )
    )
    assert text(results[0]) == "1\n"
    assert [result.raised.type if result.raised else None for result in results] == [
        None,
        None,
        "ModuleNotFoundError",
        "ModuleNotFoundError",
    ]


def test_training_works_and_a_loader_needs_no_workers(jailed: Jailed) -> None:
    source = """
import torch, tempfile, numpy as np
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.rand(32, 1, 8, 8), torch.arange(32) % 3)
loader = DataLoader(data, 8, shuffle=True, num_workers=4, persistent_workers=True, prefetch_factor=2)
net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(144, 3))
optimiser = torch.optim.Adam(net.parameters())
torch.set_num_threads(2)
for x, y in loader:
    optimiser.zero_grad(); torch.nn.functional.cross_entropy(net(x), y).backward(); optimiser.step()
torch.save(net.state_dict(), "net.pt"); net.load_state_dict(torch.load("net.pt", weights_only=True))
np.save(tempfile.NamedTemporaryFile().name, np.ones(3))
import shutil; shutil.copy("net.pt", "copy.pt"); shutil.copytree(".", "all"); shutil.rmtree("all")
import threading; t = threading.Thread(target=lambda: None); t.start(); t.join()
help(len)
"""
    (result,) = jailed.run(notebook(source))
    assert result.raised is None


def test_what_native_code_prints_is_shown(jailed: Jailed) -> None:
    (result,) = jailed.run(notebook("import os\nos.write(1, b'from below')\nprint('from above')"))
    assert [output["text"] for output in result.outputs] == ["from below", "from above\n"]


def test_usage_is_counted(jailed: Jailed) -> None:
    jailed.run(
        notebook("import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass")
    )
    jailed.close()
    assert 0.3 <= jailed.usage.cpu_seconds < 3.0
    assert jailed.usage.rss_bytes > 50 << 20


def test_submissions_run_at_once_and_apart(sandbox: Sandbox) -> None:
    got: dict[int, Any] = {}

    def submit(number: int) -> None:
        session = sandbox.session(QUICK)
        session.run(
            notebook(
                f"import os, time\nopen('mine', 'w').write('x')\nx = {number}\ntime.sleep(0.2)\ndef f(): return x, os.listdir()"
            )
        )
        got[number] = value(call(session, "f"))
        session.close()

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: (number, ["mine"]) for number in range(4)}


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
    assert 0.8 < session.usage.cpu_seconds < 3.0  # one retry


def test_a_cell_that_sleeps_for_ever_times_out(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, cell_seconds=0.2, patience=2.0))
    (late,) = session.run(notebook("import time; time.sleep(1e6)"))
    session.close()
    assert late.timed_out


def test_a_cell_that_is_slow_once_passes_its_retry(sandbox: Sandbox) -> None:
    # A child cannot remember, but the clock on the wall goes on.
    session = sandbox.session(replace(QUICK, cell_seconds=0.5, patience=2.0))
    import time

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
def rude(sandbox: Sandbox) -> Any:
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
    import time

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
    import time

    source = f"import os, time\nif time.time() > {time.time() + 1.0}: os._exit(0)\nx = 1"
    session = sandbox.session(QUICK)
    session.run(notebook("def f(): return 2", source))
    time.sleep(1.1)
    session.renew()
    assert value(call(session, "f")) == 2
    assert call(session, "x") == Missing("x")
    session.close()
