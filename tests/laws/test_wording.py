"""Calls and values as a student reads them."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch

from autograder.laws import wording
from autograder.laws.vocabulary import differentiated, watching
from autograder.model import (
    Call,
    Crashed,
    Fixture,
    Missing,
    Opaque,
    Raised,
    Returned,
    Student,
    Tensor,
    TimedOut,
)

X = np.array([[0.5, -1.0]])
LABELS = np.array([3, -1], dtype=np.int64)


def run(snippet: str, **functions: Any) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(snippet, "<snippet>", "exec"), functions)
    return out.getvalue()


# --- values and arguments


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (X, "[[ 0.5 -1. ]]"),
        (LABELS, "[ 3 -1]"),
        (np.arange(70.0) - 3, "shape (70,), float64, from -3 to 66"),
        (np.zeros((7, 10), dtype=np.int64), "shape (7, 10), int64, from 0 to 0"),
        (Fixture("generator", {"seed": 3, "advanced": 0}), "torch.Generator().manual_seed(3)"),
        (
            Fixture("generator", {"seed": 3, "advanced": 2}),
            "torch.Generator().manual_seed(3), after it has drawn 2 numbers",
        ),
        (Fixture("linear_map", {"weight": X}), "lambda x: x @ weight, with weight =\n[[ 0.5 -1. ]]"),
        (
            Fixture("tally_net", {"inputs": 4, "features": 3, "seed": 0}),
            "a linear layer and a batch normalisation, in evaluation mode (the code below makes the network)",
        ),
        (Fixture("a_course_s_own", {"k": 2}), "fixtures.build('a_course_s_own', k=2)"),
        (np.zeros((1, 1, 2, 2)), "shape (1, 1, 2, 2), float64, from 0 to 0"),
        (Student("EmbeddingNet"), "your EmbeddingNet"),
        ([X, LABELS], "[[ 0.5 -1. ]]\n[ 3 -1]"),
        ({"layer.weight": X, "layer.bias": LABELS}, "2 tensors: layer.weight, layer.bias"),
        (0.01, "0.01"),
        ("cpu", "'cpu'"),
        (None, "None"),
    ],
)
def test_a_value_in_words(value: Any, text: str) -> None:
    assert wording.value_text(value) == text


def test_the_arguments_of_several_calls_where_they_differ() -> None:
    calls = [
        Call("f", {"x": X, "labels": LABELS}, {"lr": 0.1}),
        Call("f", {"x": 2 * X, "labels": LABELS}, {"lr": 0.1}),
        Call("f", {"x": X, "labels": LABELS[::-1]}, {"lr": 0.2}),
    ]
    assert wording.arguments(calls) == {
        "x": "[[ 0.5 -1. ]]",
        "labels": "[ 3 -1]",
        "lr": "0.1",  # it differs between the calls
        "x (call 2)": "[[ 1. -2.]]",
        "labels (call 3)": "[-1  3]",
        "lr (call 3)": "0.2",
    }


def test_a_number_that_all_calls_get_by_keyword_stands_in_the_call() -> None:
    calls = [Call("f", {"x": X}, {"lr": 0.1, "n": n}) for n in (1, 2)]
    assert wording.call_text(calls[0], calls) == "f(x, lr=0.1, n=n)"
    assert wording.call_text(calls[0]) == "f(x, lr=0.1, n=1)"
    assert wording.arguments(calls) == {"x": "[[ 0.5 -1. ]]", "n": "1", "n (call 2)": "2"}


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Returned(Tensor(X, "float64")), "[[ 0.5 -1. ]]"),
        (Returned((Tensor(X, "float64"), Tensor(LABELS, "int64"))), "[[ 0.5 -1. ]]\n[ 3 -1]"),
        (Returned([1.0] * 5), "a list of 5 items"),
        (Returned(Tensor(np.zeros((1, 2, 3)), "float32")), "a tensor of shape (1, 2, 3) and dtype float32"),
        (Returned(None), "None"),
        (Returned(Opaque("Foo")), "an object of type Foo"),
        (Raised("KeyError", "3"), "raised KeyError: 3"),
        (
            Raised("KeyError", "3", "line 2 of its cell: d[3]"),
            "raised KeyError: 3 (line 2 of its cell: d[3])",
        ),
    ],
)
def test_an_outcome_in_words(outcome: Any, text: str) -> None:
    assert wording.outcome_text(outcome) == text


@pytest.mark.parametrize("outcome", [Missing("f"), TimedOut(2.0), Crashed("ended")])
def test_every_outcome_has_words(outcome: Any) -> None:
    assert wording.outcome_text(outcome)


# --- expressions


@pytest.mark.parametrize(
    "value",
    [
        X,
        X.astype(np.float32) / 3,
        np.array([1e-9, 1e30, 0.1], dtype=np.float32),
        np.array([1e-300, 1 / 3, -0.0]),
        LABELS,
        np.array(2.5),
        np.array(7, dtype=np.int64),
        np.zeros((0, 3)),
        np.zeros(0, dtype=np.int64),
        np.zeros((2, 0, 3), dtype=np.float32),
        np.arange(24.0).reshape(2, 3, 4),
    ],
    ids=lambda value: f"{value.dtype}{value.shape}",
)
def test_an_array_s_expression_gives_the_same_tensor(value: np.ndarray) -> None:
    found = eval(wording.expression(value), {"torch": torch})
    assert str(found.dtype) == f"torch.{value.dtype}"
    assert found.shape == value.shape
    assert np.array_equal(found.numpy(), value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_array_s_expression_gives_shape_and_dtype(dtype: type) -> None:
    found = eval(wording.expression(np.ones((30, 7), dtype=dtype)), {"torch": torch, "np": np})
    assert (tuple(found.shape), found.dtype) == ((30, 7), getattr(torch, dtype.__name__))


def test_large_labels_keep_their_classes() -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(7 * np.arange(30) - 20, 37))
    text = wording.expression(labels)
    found = eval(text, {"torch": torch})
    assert len(text) < 300
    assert (found.dtype, tuple(found.shape)) == (torch.int64, labels.shape)
    assert np.array_equal(np.unique(found.numpy()), np.unique(labels))
    assert np.bincount(found.numpy() + 20).max() <= 38


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((1, 0.5), "(1, 0.5,)"),
        ([X[0], "a"], "[torch.tensor([0.5, -1.0], dtype=torch.float64), 'a']"),
        ({"w": LABELS}, "{'w': torch.tensor([3, -1])}"),
        (Fixture("unchanged"), "lambda x: x"),
        (True, "True"),
    ],
)
def test_other_expressions(value: Any, text: str) -> None:
    assert wording.expression(value) == text


# --- snippets


def test_a_snippet_makes_the_call_again() -> None:
    snippet = wording.snippet((Call("f", {"x": X, "k": 2}, {"lr": 0.1}),))
    assert snippet == (
        "import torch\nx = torch.tensor([[0.5, -1.0]], dtype=torch.float64)\nresult = f(x, 2, lr=0.1)\nprint(result)"
    )
    assert (
        run(snippet, f=lambda x, k, *, lr: x * k + lr)
        == "tensor([[ 1.1000, -1.9000]], dtype=torch.float64)\n"
    )


def test_several_calls_share_what_is_the_same() -> None:
    calls = (
        Call("f", {"x": X, "y": LABELS}),
        Call("f", {"x": 2 * X, "y": LABELS}),
        Call("f", {"x": X, "y": LABELS}),
    )
    lines = wording.snippet(calls).splitlines()
    assert [line for line in lines if " = torch" in line] == [
        "x = torch.tensor([[0.5, -1.0]], dtype=torch.float64)",
        "y = torch.tensor([3, -1])",
        "x_2 = torch.tensor([[1.0, -2.0]], dtype=torch.float64)",
    ]
    assert lines[-1] == "print(result_1, result_2, result_3)"
    assert [line for line in lines if "= f(" in line] == [
        "result_1 = f(x, y)",
        "result_2 = f(x_2, y)",
        "result_3 = f(x, y)",
    ]


def test_two_arguments_that_are_equal_are_two_variables() -> None:
    call = differentiated(Call("f", {"x": X, "y": X}), "x", "y")
    found = run(wording.snippet((call,)), f=lambda x, y: x * 2 + y * 3)
    assert "2., 2." in found
    assert "3., 3." in found


def test_a_generator_is_a_new_one_for_every_call() -> None:
    call = Call("f", {"generator": Fixture("generator", {"seed": 3})})
    first, second = eval(
        run(
            wording.snippet((call, call)), f=lambda generator: torch.rand(1, generator=generator).item()
        ).replace(" ", ",")
    )
    assert first == second


def test_gradients_are_printed() -> None:
    call = differentiated(Call("f", {"x": X}), "x", output=1, cotangent=np.array([[1.0, 10.0]]))
    found = run(wording.snippet((call,)), f=lambda x: (None, 3 * x))
    assert "tensor([[ 3., 30.]], dtype=torch.float64)" in found


def test_what_may_not_change_is_printed_after_the_call() -> None:
    def f(x: torch.Tensor, k: int) -> None:
        x += k

    call = watching(Call("f", {"x": X, "k": 2}), "inputs")
    assert (
        run(wording.snippet((call,)), f=f).splitlines()[0]
        == "tensor([[2.5000, 1.0000]], dtype=torch.float64)"
    )


def test_the_state_of_a_watched_network_is_printed() -> None:
    net = Fixture("linear_net", {"weight": np.ones((4, 2), dtype=np.float32)})
    call = watching(Call("f", {"net": net}), "net", "generators")
    assert "training: True" in run(wording.snippet((call,)), f=lambda net: net.train())


def test_a_snippet_imports_what_it_uses_and_no_more() -> None:
    def imports(call: Call) -> list[str]:
        return [line for line in wording.snippet((call,)).splitlines() if "import" in line]

    large, fixtures, numpy = np.zeros((13, 10)), "from autograder import fixtures", "import numpy as np"
    assert imports(Call("f", {"x": X})) == ["import torch"]
    assert imports(Call("f", {"x": large})) == ["import torch", numpy]
    assert imports(Call("f", {"x": np.arange(150)})) == ["import torch"]
    assert imports(Call("f", {"x": [X, large]})) == ["import torch", numpy]
    assert imports(Call("f", {"x": {"w": large}})) == ["import torch", numpy]
    assert imports(Call("f", {"net": Fixture("linear_net", {"weight": large})})) == ["import torch", numpy]
    assert imports(Call("f", {"net": Fixture("a_course_s_own", {"weight": large})})) == [
        "import torch",
        fixtures,
        numpy,
    ]
    assert imports(Call("fixtures:a_course_s_own", {"network": Student("EmbeddingNet")})) == [
        "import torch",
        fixtures,
    ]


def test_a_procedure_is_written_as_plain_torch() -> None:
    call = Call(
        "fixtures:network_facts",
        {"network": Student("Net"), "images": np.zeros((1, 1, 2, 2), dtype=np.float32)},
    )
    snippet = wording.snippet((call,))
    assert "fixtures" not in snippet
    net = lambda: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2))  # noqa: E731
    assert run(snippet, Net=net) == "[]\n"


def test_an_unknown_procedure_is_called_by_its_name() -> None:
    snippet = wording.snippet((Call("fixtures:a_course_s_own", {"network": Student("Net")}),))
    assert "result = fixtures.PROCEDURES['a_course_s_own'](Net)" in snippet


def test_a_large_array_is_what_the_snippet_makes_or_that_is_said() -> None:
    like = wording.remade(np.ones((13, 10)))
    assert np.array_equal(wording.remade(like), like)
    for array, said in ((like, False), (np.ones((13, 10)), True)):
        assert ("the numbers were others" in wording.snippet((Call("f", {"x": array}),))) is said
    made: list[torch.Tensor] = []
    run(wording.snippet((Call("f", {"x": like}),)), f=made.append)
    assert np.array_equal(made[0].numpy(), like)


def test_batches_that_share_images_share_them_in_the_snippet() -> None:
    batch = np.random.default_rng(0).random((6, 1, 28, 28)).astype(np.float32)
    mixed = np.concatenate([batch[:1], batch[1:] * 0.5])
    call = Call("f", {"images": [batch, batch[:1], mixed, batch]})
    made: list[list[torch.Tensor]] = []
    run(wording.snippet((call,)), f=made.append)
    ((one, alone, among, again),) = made
    assert torch.equal(one[:1], alone)
    assert torch.equal(one[:1], among[:1])
    assert not torch.equal(one[1:], among[1:])
    assert torch.equal(one, again)


def test_a_call_may_bring_its_own_snippet() -> None:
    assert wording.snippet((Call("f", {"x": X}, paste="f(3)"), Call("f"))) == "f(3)"


def test_of_many_calls_the_first_and_the_last_are_printed() -> None:
    calls = tuple(Call("f", {"k": k}) for k in range(6))
    assert run(wording.snippet(calls), f=lambda k: k) == "0 5\n"
