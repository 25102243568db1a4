"""A loss that treats networks otherwise than functions: seen in its value, its accuracy and its gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.laws import Episode, Law, Returned, Tensor, forms, function, like_a_function

loss = function("loss", "embed", "support_x", "support_y", "query_x", "query_y", form=forms.loss_and_accuracy)
ONE = Episode(np.array([[2.0]]), np.zeros(1, np.int64), np.array([[3.0]]), np.zeros(1, np.int64))


def a_law(training: bool = False) -> Law:
    return like_a_function(loss, ONE, np.ones((1, 1)), training, 1e-9)


def tensor(*entries: float) -> Tensor:
    return Tensor(np.array(entries).reshape(-1, 1), "float64")


def network(value: float, accuracy: float, gradient: float | None) -> Returned:
    weight = None if gradient is None else tensor(gradient)
    return Returned(
        {"value": (Tensor(np.array(value), "float64"), accuracy), "gradients": {"weight": weight}}
    )


def by_function(support: float | None = 10.0, query: float | None = 100.0) -> Returned:
    gradients = {
        name: None if each is None else tensor(each)
        for name, each in (("support_x", support), ("query_x", query))
    }
    return Returned((Tensor(np.array(0.5), "float64"), 1.0), gradients=gradients)


@pytest.mark.parametrize(
    ("out", "says"),
    [
        (network(1.0, 1.0, 320.0), "loss is 1"),
        (network(0.5, 0.5, 320.0), "accuracy is 0.5"),
        (network(0.5, 1.0, 300.0), "the gradient of the weights of embed"),
        (network(0.5, 1.0, None), "No gradient reaches the weights of embed."),
    ],
)
def test_each_difference_is_told(out: Returned, says: str) -> None:
    broken = a_law().judge(out, by_function())
    assert broken is not None
    assert says in broken.message
    assert a_law().judge(network(0.5, 1.0, 320.0), by_function()) is None


def test_the_mode_shows_in_the_gradient() -> None:
    assert a_law(training=True).judge(network(0.5, 1.0, 640.0), by_function()) is None


def test_what_a_function_gets_no_gradient_for_is_another_law_s_affair() -> None:
    assert a_law().judge(network(0.5, 1.0, 300.0), by_function(support=None)) is None
    assert a_law().judge(network(0.5, 1.0, None), by_function(None, None)) is None


def test_a_malformed_answer_is_told_before_anything_is_judged() -> None:
    call = a_law().calls[0]
    assert call.form is not None
    odd: list[Any] = [None, {"gradients": {}}, {"value": (0.5, 1.0), "gradients": {"weight": None}}]
    right = network(0.5, 1.0, 1.0).value
    for each in (*odd, {**right, "gradients": {"weight": "none"}}):
        assert call.form(each, call) is not None
    assert call.form(right, call) is None
