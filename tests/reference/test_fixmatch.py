"""FixMatch: the mask at its threshold, the loop behind equation 4, and a weak view without gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference.fixmatch import certain, fixmatch_loss, pseudo_label_consistency
from reference.pseudo_label import classification_loss
from tests.reference.strategies import generators, matrices


@given(matrices(5, 3).map(lambda x: 2 * x), matrices(5, 3), st.floats(0.3, 0.99))
def test_equation_4_in_a_loop(
    weak_logits: torch.Tensor, strong_logits: torch.Tensor, threshold: float
) -> None:
    total = 0.0
    for weak, strong in zip(weak_logits.tolist(), strong_logits.tolist(), strict=True):
        powers = [math.exp(x) for x in weak]
        if max(powers) / math.fsum(powers) >= threshold:
            total += math.log(math.fsum(map(math.exp, strong))) - strong[weak.index(max(weak))]
    found = float(pseudo_label_consistency(weak_logits, strong_logits, threshold))
    assert found == pytest.approx(total / 5, abs=1e-14)


def test_the_threshold_itself_counts_as_certain() -> None:
    logits = torch.tensor([[0.0, 0.0], [0.0, 1e-3]], dtype=torch.float64)
    assert certain(logits, 0.5).tolist() == [True, True]
    assert certain(logits, 0.5 + 1e-6).tolist() == [False, True]


@given(matrices(4, 3), matrices(4, 3))
def test_nothing_below_the_threshold_counts_and_nothing_flows_to_the_weak_view(
    weak_logits: torch.Tensor, strong_logits: torch.Tensor
) -> None:
    weak_logits.requires_grad_()
    strong_logits.requires_grad_()
    threshold = float(weak_logits.detach().softmax(dim=1).amax(dim=1).median())
    loss = pseudo_label_consistency(weak_logits, strong_logits, threshold)
    gradients = torch.autograd.grad(loss, (weak_logits, strong_logits), allow_unused=True)
    counted = certain(weak_logits, threshold)
    assert gradients[0] is None
    assert (gradients[1].abs().sum(dim=1) > 0).equal(counted)
    assert pseudo_label_consistency(weak_logits, strong_logits, 1.0).item() == 0


@given(matrices(2, 4), matrices(3, 4), st.floats(0.1, 3), generators())
def test_the_loss_joins_weak_labelled_weak_and_strong_inputs(
    labelled: torch.Tensor, unlabelled: torch.Tensor, weight: float, generator: torch.Generator
) -> None:
    matrix, labels = torch.randn(4, 3, generator=generator).double(), torch.tensor([2, 1])
    batches: list[torch.Tensor] = []

    def classify(x: torch.Tensor) -> torch.Tensor:
        batches.append(x)
        return x @ matrix

    loss = fixmatch_loss(
        classify, lambda x: x + 1, lambda x: -x, labelled, labels, unlabelled, threshold=0.4, weight=weight
    )
    supervised = classification_loss((labelled + 1) @ matrix, labels)
    unsupervised = pseudo_label_consistency((unlabelled + 1) @ matrix, -unlabelled @ matrix, 0.4)
    assert_close(loss, supervised + weight * unsupervised)
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: certain(torch.ones(2, 3), 95), "threshold is 95: pass a number from 0 to 1"),
        (
            lambda: pseudo_label_consistency(torch.ones(2, 3), torch.ones(2, 4), 0.9),
            r"strong_logits has shape \(2, 4\): pass \(u, c\) with c = 3 as in weak_logits",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
