"""Pseudo-labels and sharpening: laws, and loops as a second derivation."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference import pseudo_label
from reference.pseudo_label import (
    classification_loss,
    expect_partly_labelled,
    one_hot,
    pseudo_label_loss,
    pseudo_labels,
    sharpen,
    weight_at,
)
from tests.reference.strategies import matrices, sizes

distributions = matrices(sizes, st.integers(2, 5)).map(lambda x: (2 * x).softmax(dim=1))
temperatures = st.floats(0.05, 5)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(pseudo_label).failed == 0


@given(distributions, temperatures)
def test_sharpen_is_the_normalised_power_in_a_loop(p: torch.Tensor, temperature: float) -> None:
    for row, sharp in zip(p.tolist(), sharpen(p, temperature).tolist(), strict=True):
        powers = [x ** (1 / temperature) for x in row]
        assert sharp == pytest.approx([x / math.fsum(powers) for x in powers], rel=1e-9)


@given(distributions, temperatures, temperatures)
def test_sharpening_twice_multiplies_the_temperatures(p: torch.Tensor, first: float, second: float) -> None:
    assert_close(sharpen(p, 1.0), p)
    assert_close(sharpen(sharpen(p, first), second), sharpen(p, first * second), rtol=1e-6, atol=1e-12)


@given(distributions, st.floats(0.05, 0.95))
def test_sharpening_keeps_the_winner_and_makes_it_surer(p: torch.Tensor, temperature: float) -> None:
    sharp = sharpen(p, temperature)
    assert sharp.argmax(dim=1).equal(p.argmax(dim=1))
    assert bool((sharp.amax(dim=1) >= p.amax(dim=1) - 1e-12).all())


def test_towards_zero_temperature_sharpening_is_one_hot() -> None:
    p = torch.tensor([[0.2, 0.5, 0.3], [0.0, 0.49, 0.51]])
    assert sharpen(p, 1e-4).tolist() == [[0, 1, 0], [0, 0, 1]]


def test_impossible_classes_stay_impossible_with_finite_gradients() -> None:
    p = torch.tensor([[0.0, 0.25, 0.75]], dtype=torch.float64, requires_grad=True)
    sharp = sharpen(p, 0.5)
    (gradient,) = torch.autograd.grad(sharp[0, 1], p)
    assert_close(sharp, torch.tensor([[0.0, 0.1, 0.9]], dtype=torch.float64))
    assert bool(gradient.isfinite().all())


@given(matrices(sizes, 3), matrices(sizes, 3), st.floats(0, 4), st.data())
def test_the_loss_is_two_means_of_negative_logarithms(
    labelled: torch.Tensor, unlabelled: torch.Tensor, alpha: float, data: st.DataObject
) -> None:
    labels = torch.tensor([data.draw(st.integers(0, 2)) for _ in labelled])

    def surprise(row: list[float], y: int) -> float:
        return math.log(math.fsum(map(math.exp, row))) - row[y]

    first = [surprise(row, y) for row, y in zip(labelled.tolist(), labels.tolist(), strict=True)]
    second = [surprise(row, row.index(max(row))) for row in unlabelled.tolist()]
    expected = math.fsum(first) / len(first) + alpha * math.fsum(second) / len(second)
    assert float(pseudo_label_loss(labelled, labels, unlabelled, alpha)) == pytest.approx(expected)
    assert float(classification_loss(labelled, labels)) == pytest.approx(math.fsum(first) / len(first))


@given(matrices(sizes, 4))
def test_the_gradient_treats_pseudo_labels_as_given(logits: torch.Tensor) -> None:
    logits.requires_grad_()
    loss = pseudo_label_loss(torch.zeros(1, 4).double(), torch.tensor([0]), logits, 2.0)
    (gradient,) = torch.autograd.grad(loss, logits)
    p = logits.detach().softmax(dim=1)
    winner = (p == p.amax(dim=1, keepdim=True)).double()
    assert_close(gradient, 2.0 * (p - winner) / len(p))


@given(st.floats(-5, 50), st.floats(0, 10), st.floats(1, 20), st.floats(0.1, 9))
def test_the_weight_rises_linearly_between_its_two_steps(
    step: float, start: float, length: float, final: float
) -> None:
    value = weight_at(step, start=start, end=start + length, final=final)
    assert value == pytest.approx(final * sorted([0.0, (step - start) / length, 1.0])[1])


def test_one_hot_and_labels_without_gradient() -> None:
    like = torch.zeros(1, 3, dtype=torch.float64)
    assert one_hot(torch.tensor([2, 0]), like).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(torch.tensor([2, 0]), like).dtype == torch.float64
    assert not pseudo_labels(torch.randn(2, 3, requires_grad=True)).requires_grad


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sharpen(torch.ones(2, 2) / 2, 0.0), "temperature is 0.0: pass a finite number above 0"),
        (lambda: sharpen(torch.ones(2).long(), 1.0), "probabilities has dtype .*: pass a floating dtype"),
        (lambda: weight_at(1, start=2, end=2, final=1.0), "start is 2 and end is 2: pass start < end"),
        (
            lambda: classification_loss(torch.ones(2, 3), torch.tensor([0, 3])),
            "values from 0 to 3: pass 0 to 2",
        ),
        (
            lambda: pseudo_label_loss(torch.ones(2, 3), torch.tensor([0, 1]), torch.ones(1, 4), 1.0),
            r"unlabelled_logits has shape \(1, 4\): pass \(u, c\) with c = 3 as in labelled_logits",
        ),
        (
            lambda: expect_partly_labelled(torch.ones(3, 2), torch.tensor([0, 1]), torch.ones(4, 2)),
            "pass inputs of one shape, 2 of them labelled",
        ),
        (
            lambda: expect_partly_labelled(torch.ones(2, 2), torch.tensor([0, 1]), torch.ones(0, 2)),
            "at least one not",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
