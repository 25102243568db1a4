from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.model import Crashed, Missing, Opaque, Outcome, Raised, Returned, Tensor, TimedOut
from autograder.sandbox.outcomes import MESSAGE_CAP, cell_failed, cell_from_plain, from_plain, to_plain
from autograder.sandbox.wire import NAME_CAP, WireError

GRADIENT = Tensor(np.ones(2), "float64")
OUTCOMES = [
    Returned([1, "a"], {"x": GRADIENT, "y": None}, ("x",), ("torch",), {"net": {"training": True}}),
    Raised("ValueError", "too few", "line 2 of its cell: raise"),
    Raised("KeyError", "", None),
    Missing("f", "is of type int, not a function"),
]
GOOD = to_plain(OUTCOMES[0])  # type: ignore[arg-type]


def fields(outcome: Outcome) -> dict[str, Any]:
    return dict(vars(outcome))


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_comes_back(outcome: Any) -> None:
    got = from_plain(to_plain(outcome))
    assert type(got) is type(outcome)
    assert fields(got) == fields(outcome)


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        [],
        {},
        {**GOOD, "gradients": [1]},
        {**GOOD, "gradients": {"x": 1}},
        {**GOOD, "gradients": {"x": Opaque("tensor")}},
        {**GOOD, "modified": "x"},
        {**GOOD, "modified": [1]},
        {**GOOD, "touched": {"torch": True}},
        {**GOOD, "states": None},
        {"raised": "E", "message": 3, "where": None},
        {"raised": "E", "message": "m"},
        {"raised": "E", "message": "m", "where": 0},
        {"missing": "f"},
        {"missing": ["f"], "why": "w"},
        {"verdict": "holds", "score": 1.0},
    ],
)
def test_an_answer_that_is_no_answer_is_a_crash(value: Any) -> None:
    assert from_plain(value) == Crashed("sent something that is no answer")


def test_long_texts_are_cut() -> None:
    got = from_plain({"raised": "E" * 9999, "message": "m" * 99999, "where": "w" * 9999})
    assert isinstance(got, Raised)
    assert (len(got.type), len(got.message), len(got.where or "")) == (NAME_CAP, MESSAGE_CAP, NAME_CAP)


OUTPUTS: list[dict[str, Any]] = [
    {"output_type": "stream", "name": "stderr", "text": "careful\n"},
    {
        "output_type": "display_data",
        "data": {"image/png": "aGk=", "application/json": {"a": [1]}},
        "metadata": {},
    },
    {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}, "execution_count": 4},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", "b"]},
]


def test_a_cells_outputs_come_back() -> None:
    raised = {"type": "E", "message": "v", "where": None}
    got = cell_from_plain(2, {"outputs": OUTPUTS, "raised": raised}, "")
    assert (got.index, list(got.outputs), got.raised) == (2, OUTPUTS, Raised("E", "v"))
    assert not got.crashed
    assert not got.timed_out


def test_what_native_code_printed_comes_first() -> None:
    got = cell_from_plain(0, {"outputs": OUTPUTS[:1], "raised": None}, "from C")
    assert got.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "from C"}
    assert got.outputs[1] == OUTPUTS[0]


def test_what_nbformat_does_not_know_is_left_out() -> None:
    extra = {**OUTPUTS[1], "score": 1.0, "metadata": {"nbgrader": {"grade": True}}}
    (got,) = cell_from_plain(0, {"outputs": [extra], "raised": None}, "").outputs
    assert got == OUTPUTS[1]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"outputs": {}},
        {"outputs": [3]},
        {"outputs": [{"output_type": "stream", "name": "stdin", "text": "x"}]},
        {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}]},
        {"outputs": [{"output_type": "error", "ename": "E", "evalue": "v", "traceback": "t"}]},
        {"outputs": [{"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1]}]},
        {"outputs": [{"output_type": "display_data", "data": {"text/plain": GRADIENT}}]},
        {"outputs": [{"output_type": "display_data", "data": {"application/json": GRADIENT}}]},
        {"outputs": [{"output_type": ["stream"]}]},
        {"outputs": [], "raised": "E"},
        {"outputs": [], "raised": {"type": "E"}},
    ],
)
def test_a_result_that_is_no_result_is_a_wire_error(value: Any) -> None:
    with pytest.raises(WireError):
        cell_from_plain(0, value, "")


def test_a_cell_that_never_answered_says_so_in_its_outputs() -> None:
    late, dead = cell_failed(1, TimedOut(10.0)), cell_failed(2, Crashed("ended its process (SIGSEGV)"))
    assert (late.timed_out, late.crashed, dead.timed_out, dead.crashed) == (True, False, False, True)
    assert late.outputs[0]["evalue"] == "The cell used up its 10 seconds."
    assert dead.outputs[0]["evalue"] == "The cell ended its process (SIGSEGV)."
