"""The Pi-model: its consistency in closed form, its ramp, and which way the gradient flows."""

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

from reference import pi_model
from reference.pi_model import consistency, pi_model_loss, ramp_up
from reference.pseudo_label import classification_loss
from tests.reference.strategies import generators, matrices


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(pi_model).failed == 0


def softmax(row: list[float]) -> list[float]:
    powers = [math.exp(x) for x in row]
    return [x / math.fsum(powers) for x in powers]


@given(matrices(3, 4), matrices(3, 4))
def test_consistency_is_the_mean_squared_difference_in_a_loop(a: torch.Tensor, b: torch.Tensor) -> None:
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    squares = [(x - y) ** 2 for r, s in pairs for x, y in zip(softmax(r), softmax(s), strict=True)]
    assert float(consistency(a, b)) == pytest.approx(math.fsum(squares) / 12)


@given(matrices(3, 4), matrices(3, 4), st.floats(-5, 5))
def test_consistency_is_symmetric_and_blind_to_shifts(a: torch.Tensor, b: torch.Tensor, shift: float) -> None:
    assert_close(consistency(a, b), consistency(b, a))
    assert_close(consistency(a + shift, b), consistency(a, b))
    assert float(consistency(a, a + shift)) == pytest.approx(0, abs=1e-15)
    assert float(consistency(100 * a, -100 * b)) <= 2 / 4 + 1e-12


@given(matrices(3, 4), matrices(3, 4))
def test_the_gradient_flows_through_both_predictions(a: torch.Tensor, b: torch.Tensor) -> None:
    """d/da_i = 2/(C B) (diag(z) - z z') (z - z~), and the same with the roles changed for b."""
    a.requires_grad_()
    b.requires_grad_()
    gradients = torch.autograd.grad(consistency(a, b), (a, b))
    z, other = a.detach().softmax(dim=1), b.detach().softmax(dim=1)
    for gradient, p, difference in [(gradients[0], z, z - other), (gradients[1], other, other - z)]:
        jacobian = torch.diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1)
        assert_close(gradient, 2 / 12 * (jacobian @ difference.unsqueeze(2)).squeeze(2))


def test_the_ramp() -> None:
    assert ramp_up(0, 80) == 0
    assert ramp_up(20, 40) == pytest.approx(math.exp(-1.25))
    assert ramp_up(80, 80) == ramp_up(500, 80) == 1
    assert all(ramp_up(t, 80) < ramp_up(t + 1, 80) for t in range(80))


@given(matrices(2, 3), matrices(4, 3), st.floats(0.1, 5), generators())
def test_the_loss_sees_two_views_of_everything_and_labels_in_the_first(
    labelled: torch.Tensor, unlabelled: torch.Tensor, weight: float, generator: torch.Generator
) -> None:
    labels, matrix = torch.tensor([1, 0]), torch.randn(3, 2, generator=generator).double()
    views: list[torch.Tensor] = []

    def augment(x: torch.Tensor) -> torch.Tensor:
        views.append(x + torch.randn(x.shape, generator=generator).double())
        return views[-1]

    loss = pi_model_loss(lambda x: x @ matrix, augment, labelled, labels, unlabelled, weight=weight)
    first, second = (view @ matrix for view in views)
    assert [len(view) for view in views] == [6, 6]
    assert_close(loss, classification_loss(first[:2], labels) + weight * consistency(first, second))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: consistency(torch.ones(2, 3), torch.ones(3, 3)), "other_logits .* with b = 2 as in logits"),
        (lambda: ramp_up(1, 0), "length is 0: pass a finite number above 0"),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
