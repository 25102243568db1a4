"""Answers travel in groups, and still each verdict belongs to its call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.model import Call, Cell, Crashed, Notebook, Returned, TimedOut
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import answers
from tests.sandbox.sessions import QUICK, call, notebook

COUNTING = """
import os
n = 0
def f(x):
    global n
    n += 1
    return x
def dies(x): os._exit(7)
def dies_late(x):
    if n > 20: os._exit(7)
    return x
def hangs(x):
    while True: pass
"""


def test_a_crash_behind_quick_answers_is_pinned_to_its_call(jailed: Jailed) -> None:
    jailed.run(notebook(COUNTING))
    outcomes = answers(
        jailed, [*(Call("f", {"x": i}) for i in range(30)), Call("dies", {"x": 0}), Call("f", {"x": 1})]
    )
    assert [each.value for each in outcomes[:-1]] == list(range(30))  # type: ignore[union-attr]
    assert outcomes[-1] == Crashed("ended its process (exit status 7)")


def test_a_hang_behind_quick_answers_is_pinned_to_its_call(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, call_seconds=0.3))
    session.run(notebook(COUNTING))
    outcomes = answers(session, [*(Call("f", {"x": i}) for i in range(30)), Call("hangs", {"x": 0})])
    session.close()
    assert len(outcomes) == 31
    assert outcomes[-1] == TimedOut(0.3)


def test_a_crash_that_does_not_come_again_stands(jailed: Jailed) -> None:
    """It dies after many calls: asked from there in a fresh child it would not, and that must win nothing."""
    jailed.run(notebook(COUNTING))
    outcomes = answers(jailed, [*(Call("f", {"x": 0}) for _ in range(25)), Call("dies_late", {"x": 0})])
    assert isinstance(outcomes[-1], Crashed)


def test_a_brief_renewal_runs_up_to_the_last_solution(jailed: Jailed) -> None:
    sources = ("a = 1", "def f(): return b if 'b' in globals() else a", "b = 2")
    cells = tuple(Cell(i, "code", source, solution=i == 1) for i, source in enumerate(sources))
    jailed.run(Notebook("submission.ipynb", cells))
    found = []
    for whole in (False, True):
        jailed.renew(whole=whole)
        outcome = call(jailed, "f")
        assert isinstance(outcome, Returned)
        found.append(outcome.value)
    assert found == [1, 2]


def test_a_renewal_up_to_a_cell_stands_for_every_child_until_the_next(jailed: Jailed) -> None:
    sources = ("import os\na = 1", "def f(): return a\ndef die(): os._exit(1)", "a = 2")
    jailed.run(Notebook("submission.ipynb", tuple(Cell(i, "code", text) for i, text in enumerate(sources))))
    found = []
    for upto in (1, None):
        jailed.renew(upto=upto)
        for ends in (False, True, True):
            if ends:
                assert isinstance(call(jailed, "die"), Crashed)
            outcome = call(jailed, "f")
            assert isinstance(outcome, Returned)
            found.append(outcome.value)
    assert found == [1, 1, 1, 2, 2, 2]


def test_a_data_set_that_is_kept_ready_is_the_same_and_ones_own(sandbox: Sandbox) -> None:
    source = """
from autograder.datasets import cache, load
def look():
    data, again = load("glyphs", alphabets=1, characters=3, drawers=2), load("glyphs", alphabets=1, characters=3, drawers=2)
    data.images.zero_()
    return again.images.sum(), len(cache._kept)
"""
    seen = []
    wishes: tuple[tuple[str, dict[str, Any]], ...]
    for wishes in ((), (("glyphs", {"alphabets": 1, "characters": 3, "drawers": 2}), ("nothing", {}))):
        sandbox.keep_ready(wishes)
        session = sandbox.session(QUICK)
        session.run(notebook(source))
        total, kept = call(session, "look").value  # type: ignore[union-attr]
        session.close()
        seen.append((float(total.array), kept))
    sandbox.keep_ready(())
    assert seen[0][0] == seen[1][0] > 0
    assert (seen[0][1], seen[1][1]) == (0, 1)
