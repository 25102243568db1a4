"""UDA: which divergence, which comparison, which temperature; training signal annealing in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference.pseudo_label import classification_loss
from reference.uda import annealed_classification_loss, annealing_threshold, masked_divergence, uda_loss
from tests.reference.parts import gradient
from tests.reference.strategies import generators, matrices


def softmax(row: list[float], temperature: float = 1.0) -> list[float]:
    powers = [math.exp(x / temperature) for x in row]
    return [x / math.fsum(powers) for x in powers]


@given(matrices(5, 3).map(lambda x: 2 * x), matrices(5, 3), st.floats(0.2, 2), st.floats(0.3, 0.95))
def test_the_masked_divergence_in_a_loop(
    original: torch.Tensor, augmented: torch.Tensor, temperature: float, threshold: float
) -> None:
    total = 0.0
    for row, other in zip(original.tolist(), augmented.tolist(), strict=True):
        if max(softmax(row)) > threshold:  # before sharpening
            target, q = softmax(row, temperature), softmax(other)
            total += math.fsum(p * math.log(p / r) for p, r in zip(target, q, strict=True) if p)
    found = masked_divergence(original, augmented, temperature=temperature, threshold=threshold)
    assert float(found) == pytest.approx(total / 5, abs=1e-12)


def test_the_threshold_itself_is_not_confident() -> None:
    even, other = torch.zeros(1, 2).double(), torch.tensor([[1.0, 0.0]]).double()
    assert float(masked_divergence(even, other, temperature=0.4, threshold=0.5)) == 0
    assert float(masked_divergence(even, other, temperature=0.4, threshold=0.5 - 1e-9)) > 0


def test_sharpening_does_not_make_confident() -> None:
    """Probabilities 0.6 and 0.4 are 0.73 and 0.27 at temperature 0.4: a mask taken there would pass 0.7."""
    original, augmented = torch.tensor([[0.6, 0.4]]).double().log(), torch.zeros(1, 2).double()
    assert float(masked_divergence(original, augmented, temperature=0.4, threshold=0.7)) == 0
    assert float(masked_divergence(original, augmented, temperature=0.4, threshold=0.55)) > 0


@given(matrices(3, 4), matrices(3, 4))
def test_the_gradient_is_that_of_the_cross_entropy_and_reaches_one_side(
    original: torch.Tensor, augmented: torch.Tensor
) -> None:
    original.requires_grad_()
    augmented.requires_grad_()
    loss = masked_divergence(original, augmented, temperature=0.5, threshold=0.0)
    gradients = torch.autograd.grad(loss, (original, augmented), allow_unused=True)
    target = (original.detach() / 0.5).softmax(dim=1)
    assert gradients[0] is None
    assert_close(gradients[1], (augmented.detach().softmax(dim=1) - target) / 3)


def test_annealing_thresholds() -> None:
    assert annealing_threshold("linear", 0.25, 4) == pytest.approx(0.25 * 0.75 + 0.25)
    assert annealing_threshold("exp", 0.25, 4) == pytest.approx(math.exp(-3.75) * 0.75 + 0.25)
    assert annealing_threshold("log", 0.25, 4) == pytest.approx((1 - math.exp(-1.25)) * 0.75 + 0.25)
    assert annealing_threshold("linear", 0.0, 10) == pytest.approx(0.1)
    assert annealing_threshold("exp", 1.0, 10) == pytest.approx(1.0)
    for progress in (0.1, 0.5, 0.9):
        exp, linear, log = (annealing_threshold(s, progress, 5) for s in ("exp", "linear", "log"))
        assert exp < linear < log


@given(matrices(6, 3), st.floats(0.2, 0.9), st.data())
def test_annealing_leaves_out_what_is_easy(
    logits: torch.Tensor, threshold: float, data: st.DataObject
) -> None:
    labels = [data.draw(st.integers(0, 2)) for _ in range(6)]
    p = [softmax(row)[y] for row, y in zip(logits.tolist(), labels, strict=True)]
    hard = [-math.log(x) for x in p if x <= threshold]
    expected = math.fsum(hard) / max(1, len(hard))
    found = annealed_classification_loss(logits, torch.tensor(labels), threshold)
    assert float(found) == pytest.approx(expected)


def test_a_single_hard_example_counts_in_full() -> None:
    logits = torch.tensor([[0.0, 0.0], [9.0, 0.0], [8.0, 0.0]]).double()
    found = annealed_classification_loss(logits, torch.tensor([0, 0, 0]), 0.6)
    assert float(found) == pytest.approx(math.log(2))


def test_annealing_with_everything_easy_costs_nothing() -> None:
    logits = torch.tensor([[9.0, 0.0]], requires_grad=True)
    loss = annealed_classification_loss(logits, torch.tensor([0]), 0.6)
    loss.backward()
    assert loss.item() == 0
    assert gradient(logits).abs().sum() == 0


@given(matrices(2, 4), matrices(3, 4), st.floats(0.1, 3), generators(), st.sampled_from([None, 0.45]))
def test_the_loss_joins_its_parts(
    labelled: torch.Tensor,
    unlabelled: torch.Tensor,
    weight: float,
    generator: torch.Generator,
    annealing: float | None,
) -> None:
    matrix, labels = torch.randn(4, 3, generator=generator).double(), torch.tensor([2, 1])
    loss = uda_loss(
        lambda x: x @ matrix,
        lambda x: x.flip(1),
        labelled,
        labels,
        unlabelled,
        temperature=0.7,
        threshold=0.4,
        weight=weight,
        annealing=annealing,
    )
    logits = labelled @ matrix
    supervised = (
        classification_loss(logits, labels)
        if annealing is None
        else annealed_classification_loss(logits, labels, annealing)
    )
    unsupervised = masked_divergence(
        unlabelled @ matrix, unlabelled.flip(1) @ matrix, temperature=0.7, threshold=0.4
    )
    assert_close(loss, supervised + weight * unsupervised)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: annealing_threshold("cosine", 0.5, 3),
            "schedule is 'cosine': pass one of 'linear', 'exp', 'log'",
        ),
        (lambda: annealing_threshold("exp", 2, 3), "progress is 2: pass a number from 0 to 1"),
        (
            lambda: masked_divergence(torch.ones(2, 3), torch.ones(2, 3), temperature=0, threshold=0.5),
            "temperature is 0: pass a finite number above 0",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
