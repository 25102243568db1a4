"""The boundary's twin: the same answers in this very process, and not a word of what functions print meanwhile."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest

from autograder.model import Call, Cell, Missing, Notebook, Opaque, Raised, Returned, Tensor
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch


def notebook(*sources: str) -> Notebook:
    return Notebook("ada.ipynb", tuple(Cell(index, "code", source) for index, source in enumerate(sources)))


def answer(transport: InProcess, function: str, **arguments: Any) -> Any:
    return transport.answer(Batch((Call(function, arguments),)))[0]


def test_cells_run_in_order_and_a_failing_one_stops_nothing() -> None:
    transport = InProcess()
    results = transport.run(notebook("x = 2", "1 / 0", "def f(k):\n    return k * x", "def ("))
    assert [each.raised and each.raised.type for each in results] == [
        None,
        "ZeroDivisionError",
        None,
        "SyntaxError",
    ]
    assert answer(transport, "f", k=3).value == 6


def test_answers_come_as_over_the_wire() -> None:
    class Thing:
        pass

    functions = {"f": lambda x: x, "thing": lambda: Thing(), "pair": lambda: (1, 2), "three": 3}
    transport = InProcess(functions)
    back = answer(transport, "f", x=np.ones(2, dtype=np.float32))
    assert isinstance(back, Returned)
    assert isinstance(back.value, Tensor)
    assert (back.value.dtype, back.value.library) == ("float32", "torch")
    assert isinstance(answer(transport, "thing").value, Opaque)
    assert answer(transport, "pair").value == (1, 2)
    assert answer(transport, "three") == Missing("three", "is of type int, not a function")
    assert answer(transport, "four") == Missing("four")
    assert isinstance(answer(transport, "f"), Raised)


def test_a_kernel_is_never_run_again() -> None:
    namespace = {"count": 0}
    transport = InProcess(namespace)
    transport.renew()
    assert namespace == {"count": 0}


def test_a_notebook_is_run_again_from_the_top() -> None:
    transport = InProcess()
    transport.run(notebook("seen = []\ndef f():\n    seen.append(1)\n    return len(seen)"))
    assert [answer(transport, "f").value for _ in range(2)] == [1, 2]
    transport.renew()
    assert answer(transport, "f").value == 1


def test_what_functions_print_and_warn_is_kept_from_the_reader(capfd: pytest.CaptureFixture[str]) -> None:
    def loud() -> None:
        print("episode 0")
        print("oh", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert answer(InProcess({"loud": loud}), "loud").value is None
        warnings.warn("mine", stacklevel=1)
    assert [str(each.message) for each in warned] == ["mine"]
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_belongs_to_the_person() -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(InProcess({"stopped": stopped}), "stopped")
