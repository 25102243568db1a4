from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.errors import CheckError
from autograder.model import Call, Fixture, Missing, Opaque, Raised, Returned, Student, Tensor
from autograder.sandbox.transport import Batch
from autograder.sandbox.worker.answer import UNREADABLE, answer

torch.set_num_threads(1)

X = np.arange(6, dtype=np.float64).reshape(2, 3)


def run(source: str, call: Call) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(source, "<cell 0>", "exec"), namespace)
    return answer(call, namespace)


def test_a_function_returns() -> None:
    got = run("def f(x, k): return x.sum(1), k", Call("f", {"x": X}, {"k": 2}))
    assert isinstance(got, Returned)
    assert isinstance(got.value, tuple)
    assert got.value[0].array.tolist() == [3.0, 12.0]
    assert got.value[1] == 2


def test_a_function_raises_and_the_line_is_named() -> None:
    got = run("def f(x):\n    return g(x)\ndef g(x):\n    return x @ x", Call("f", {"x": X}))
    assert isinstance(got, Raised)
    assert got.type == "RuntimeError"
    assert got.where == "line 4 of its cell"


@pytest.mark.parametrize(
    ("source", "expected"),
    [("", Missing("f")), ("f = 3", Missing("f", "is of type int, not a function"))],
)
def test_a_function_is_missing(source: str, expected: Missing) -> None:
    assert run(source, Call("f")) == expected


def test_an_object_of_the_student_is_missing() -> None:
    assert run("def f(n): pass", Call("f", {"n": Student("Net")})) == Missing("Net")


def test_gradients_are_vector_jacobian_products() -> None:
    source = "def f(x, y, z): return x.detach().sum(), (x * y).sum(1)"
    asked = Call(
        "f", {"x": X, "y": X + 1, "z": X}, gradients=("x", "y", "z"), output=1, cotangent=np.array([1.0, 2.0])
    )
    got = run(source, asked)
    assert isinstance(got, Returned)
    x, y = got.gradients["x"], got.gradients["y"]
    assert x is not None
    assert x.array.tolist() == ((X + 1) * [[1.0], [2.0]]).tolist()
    assert y is not None
    assert y.array.tolist() == (X * [[1.0], [2.0]]).tolist()
    assert got.gradients["z"] is None


def test_a_detached_output_has_no_gradient() -> None:
    got = run("def f(x): return x.detach()", Call("f", {"x": X}, gradients=("x",)))
    assert got.gradients == {"x": None}


def test_changed_inputs_and_touched_generators_are_reported() -> None:
    source = "import torch, random\ndef f(x, y):\n    x.add_(1); torch.rand(1); random.random(); return y"
    got = run(source, Call("f", {"x": X, "y": X}, watch=("inputs", "generators")))
    assert (got.modified, got.touched) == (("x",), ("torch", "random"))


def test_a_watched_prop_reports_its_state() -> None:
    got = run(
        "def f(net): net.train()", Call("f", {"net": Fixture("linear_net", {"weight": X})}, watch=("net",))
    )
    assert got.states["net"]["training"] is True


HOSTILE = {
    "str raises": "class E(Exception):\n    def __str__(self): raise E()\nraise E()",
    "str is no text": "class E(Exception):\n    def __str__(self): return 3\nraise E()",
    "str ends the program": "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E()",
    "the traceback raises": "class E(Exception):\n    @property\n    def __traceback__(self): raise SystemExit\nraise E()",
    "the class has no name": (
        "class M(type):\n    @property\n    def __name__(self): raise SystemExit\n"
        "class E(Exception, metaclass=M): pass\nraise E()"
    ),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_exception_that_fights_back_is_still_an_exception(body: str) -> None:
    source = "def f():\n" + "\n".join(f"    {line}" for line in body.splitlines())
    got = run(source, Call("f"))
    assert isinstance(got, Raised)
    assert got.type == "E"
    assert got.message in ("", UNREADABLE)


def test_sys_exit_is_an_exception() -> None:
    assert run("import sys\ndef f(): sys.exit(3)", Call("f")) == Raised(
        "SystemExit", "3", "line 2 of its cell"
    )


def test_a_result_that_fights_back_is_an_exception() -> None:
    source = """
from collections.abc import Mapping
class Result(Mapping):
    def __len__(self): return 2
    def __iter__(self): return iter("ab")
    def __getitem__(self, key): raise SystemExit
def f(): return Result()
"""
    got = run(source, Call("f"))
    assert isinstance(got, Raised)
    assert got.type == "SystemExit"


@pytest.mark.parametrize(
    "call",
    [Call("fixtures:nothing"), Call("f", {"x": Fixture("nothing")}), Call("f", {}, {"x": Fixture("no")})],
)
def test_a_batch_with_a_name_that_no_worker_knows_is_the_courses_fault(call: Call) -> None:
    with pytest.raises(CheckError):
        Batch((call,))


def test_what_crosses_is_named_by_type() -> None:
    got = run("class Net: pass\ndef f(): return Net", Call("f"))
    assert got.value == Opaque("builtins.type")


def test_a_tensor_keeps_its_dtype() -> None:
    got = run("def f(x): return x.half()", Call("f", {"x": X}))
    assert isinstance(got.value, Tensor)
    assert got.value.dtype == "float16"
