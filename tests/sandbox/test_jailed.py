"""The real sandbox with honest notebooks."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.model import (
    Call,
    CellResult,
    Fixture,
    Limits,
    Missing,
    Outcome,
    Raised,
    Returned,
    Tensor,
)
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import Batch, answers
from tests.sandbox.sessions import QUICK, call, notebook, points

MEAN = "import torch\ndef mean(x): return x.mean(0)"


def text(result: CellResult) -> str:
    return "".join(output.get("text", "") for output in result.outputs)


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Returned), outcome
    return outcome.value


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
    arguments = {"x": points(2, 2), "net": Fixture("linear_net", {"weight": weight})}
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
    living = jailed.usage
    jailed.close()
    for usage in (living, jailed.usage):
        assert 0.3 <= usage.cpu_seconds < 3.0
        assert usage.rss_bytes > 50 << 20


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


def test_a_function_that_is_compiled_computes_what_it_computes_uncompiled(sandbox: Sandbox) -> None:
    """There is no compiler in the jail, and who uses one is no worse for it; weights keep the names that they had."""
    source = """
import torch
@torch.compile
def double(x): return 2 * x
wrapped = torch.compile(torch.nn.Linear(1, 1))
inside = torch.nn.Linear(1, 1)
inside.compile()
def both(x): return wrapped(x.float()) + inside(x.float())
def names(x): return list(wrapped.state_dict())
"""
    jailed = sandbox.session(Limits())  # what torch.compile imports takes seconds
    (ran,) = jailed.run(notebook(source))
    assert ran.raised is None
    assert not ran.timed_out
    assert value(call(jailed, "double", x=np.ones(3))).array.tolist() == [2.0, 2.0, 2.0]
    assert value(call(jailed, "both", x=np.ones((1, 1)))).shape == (1, 1)
    assert value(call(jailed, "names", x=0)) == ["_orig_mod.weight", "_orig_mod.bias"]
    jailed.close()


FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


@pytest.mark.parametrize("figures", [True, False])
def test_a_course_may_do_without_figures(sandbox: Sandbox, figures: bool) -> None:
    session = sandbox.session(replace(QUICK, figures=figures))
    try:
        shown, printed = session.run(notebook(FIGURE, "print('text'); {'a': 1}"))
    finally:
        session.close()
    kinds = ["text/plain", "image/png"] if figures else ["text/plain"]
    assert [sorted(each["data"]) for each in shown.outputs] == [sorted(kinds)]
    assert [each.get("text") or each["data"]["text/plain"] for each in printed.outputs] == [
        "text\n",
        "{'a': 1}",
    ]
