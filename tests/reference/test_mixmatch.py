"""MixMatch: guessed labels in a loop, the distribution of lambda, and who is mixed with whom."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference.mixmatch import (
    guess_labels,
    mix_batches,
    mixing_weights,
    mixmatch_loss,
    mixup,
    squared_error,
)
from tests.reference.parts import gradient
from tests.reference.strategies import generators, matrices, seeds

like = torch.empty(0, dtype=torch.float64)


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(matrices(3, 2, 4), generators(), st.floats(0.2, 2))
def test_guesses_are_averaged_over_the_views_then_sharpened(
    views: torch.Tensor, generator: torch.Generator, temperature: float
) -> None:
    matrix = torch.randn(4, 3, generator=generator).double()
    guesses = guess_labels(lambda x: x @ matrix, views, temperature)
    for image in range(2):
        rows = [(views[k, image] @ matrix).tolist() for k in range(3)]
        sums = [math.fsum(map(math.exp, row)) for row in rows]
        mean = [math.fsum(math.exp(r[j]) / s for r, s in zip(rows, sums, strict=True)) / 3 for j in range(3)]
        powers = [x ** (1 / temperature) for x in mean]
        assert guesses[image].tolist() == pytest.approx([x / math.fsum(powers) for x in powers])


def test_guessing_leaves_no_trace() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    guesses = guess_labels(net, torch.randn(2, 5, 4, generator=seeded()), 0.5)
    assert not guesses.requires_grad
    assert all(v.equal(before[k]) for k, v in net.state_dict().items())


# ----------------------------------------------------------------------------------------------------- lambda


def test_weights_follow_the_folded_beta_distribution() -> None:
    """alpha = 1: uniform on [1/2, 1]; alpha = 2: density 12 x (1 - x). Kolmogorov-Smirnov at 1e-6."""
    for alpha, cumulative in [(1.0, lambda x: 2 * x - 1), (2.0, lambda x: 2 * (3 * x**2 - 2 * x**3) - 1)]:
        drawn = mixing_weights(4000, alpha, seeded(), like).sort().values
        steps = torch.arange(1, 4001, dtype=torch.float64) / 4000
        assert float((cumulative(drawn) - steps).abs().max()) < 2.69 / math.sqrt(4000)
    assert float(mixing_weights(4000, 2.0, seeded(), like).mean()) == pytest.approx(11 / 16, abs=0.01)


@given(seeds, st.floats(0.01, 50))
def test_weights_favour_the_first_and_depend_on_the_generator_only(seed: int, alpha: float) -> None:
    globally = torch.get_rng_state()
    drawn = mixing_weights(20, alpha, seeded(seed), like)
    assert bool(((drawn >= 0.5) & (drawn <= 1)).all())
    assert mixing_weights(20, alpha, seeded(seed), like).equal(drawn)
    generator = seeded(seed)
    assert not mixing_weights(20, alpha, generator, like).equal(mixing_weights(20, alpha, generator, like))
    assert torch.get_rng_state().equal(globally)


@given(matrices(4, 2, 3), matrices(4, 2, 3), generators())
def test_mixup_weighs_each_example_for_itself(
    first: torch.Tensor, second: torch.Tensor, generator: torch.Generator
) -> None:
    weights = torch.rand(4, generator=generator).double()
    mixed = mixup(first, second, weights)
    for k, share in enumerate(weights.tolist()):
        assert_close(mixed[k], share * first[k] + (1 - share) * second[k])
    assert mixup(first, second, torch.ones(4).double()).equal(first)


@given(generators(), st.integers(1, 8))
def test_everyone_is_mixed_with_someone_and_everyone_is_someones_partner(
    generator: torch.Generator, n: int
) -> None:
    """Inputs that name their row show both weights: lambda' on oneself, the rest on the partner."""
    names = torch.eye(n, dtype=torch.float64)
    inputs, targets = mix_batches(names, names, alpha=0.8, generator=generator)
    assert inputs.equal(targets)
    assert_close(inputs.sum(dim=1), torch.ones(n).double())
    own = inputs.diagonal()
    assert bool((own >= 0.5 - 1e-12).all())
    partners = inputs - torch.diag(own)
    assert bool(((partners > 0).sum(dim=1) <= 1).all())
    assert bool(((partners > 0).sum(dim=0) <= 1).all())


def test_partners_come_from_the_whole_batch() -> None:
    names = torch.eye(6, dtype=torch.float64)
    generator, met = seeded(), torch.zeros(6, 6)
    for _ in range(300):
        met += (mix_batches(names, names, alpha=5.0, generator=generator)[0] > 0).float()
    others = met[~torch.eye(6, dtype=torch.bool)]
    assert 20 < float(others.min()) <= float(others.max()) < 90  # 50 expected of each


# ------------------------------------------------------------------------------------------------------- loss


@given(matrices(4, 3), matrices(4, 3))
def test_squared_error_in_a_loop(logits: torch.Tensor, other: torch.Tensor) -> None:
    targets, total = other.softmax(dim=1), 0.0
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        powers = [math.exp(x) for x in row]
        total += math.fsum((q - x / math.fsum(powers)) ** 2 for q, x in zip(target, powers, strict=True))
    assert float(squared_error(logits, targets)) == pytest.approx(total / (3 * 4))


@given(matrices(2, 4), matrices(3, 4), generators(), st.floats(0.1, 80))
def test_without_mixing_the_loss_is_the_sum_of_its_two_terms(
    labelled: torch.Tensor, unlabelled: torch.Tensor, generator: torch.Generator, weight: float
) -> None:
    """Beta(1e-9, 1e-9) is 0 or 1, so lambda' is 1 and nobody is mixed with anybody."""
    matrix, labels, calls = torch.randn(4, 3, generator=generator).double(), torch.tensor([2, 1]), []

    def augment(x: torch.Tensor) -> torch.Tensor:
        calls.append(x)
        return x + len(calls)

    def classify(x: torch.Tensor) -> torch.Tensor:
        return x @ matrix

    options: dict[str, Any] = {"weight": weight, "n_views": 3, "temperature": 0.6, "alpha": 1e-9}
    loss = mixmatch_loss(classify, augment, labelled, labels, unlabelled, generator=generator, **options)
    views = torch.stack([unlabelled + k for k in (1, 2, 3)])
    guesses = guess_labels(classify, views, 0.6)
    supervised = functional.cross_entropy(classify(labelled + 4), labels)
    errors = [squared_error(classify(view), guesses) for view in views]
    assert_close(loss, supervised + weight * sum(errors) / 3)


def test_the_network_sees_one_mixed_batch_with_gradient() -> None:
    net, sizes = nn.Linear(4, 3).double(), []
    net.register_forward_hook(lambda _, args, out: sizes.append((len(args[0]), out.requires_grad)))
    x = torch.randn(7, 4, generator=seeded()).double()
    loss = mixmatch_loss(
        net, lambda u: u, x[:2], torch.tensor([0, 1]), x[2:], generator=seeded(), weight=10.0
    )
    assert sizes == [(10, False), (12, True)]
    loss.backward()
    assert bool(gradient(net.weight).isfinite().all())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: guess_labels(nn.Identity(), torch.ones(2, 3), 0.5),
            r"views has shape \(2, 3\): pass \(k, u",
        ),
        (lambda: mixing_weights(3, 0.0, seeded(), like), "alpha is 0.0: pass a finite number above 0"),
        (
            lambda: mixup(torch.ones(2, 3), torch.ones(3, 3), torch.ones(2)),
            "pass two batches of one shape, 2 items",
        ),
        (lambda: squared_error(torch.ones(2, 3), torch.ones(2)), r"targets has shape \(2,\): pass \(u, c\)"),
        (
            lambda: mixmatch_loss(
                nn.Identity(),
                nn.Identity(),
                torch.ones(2, 3),
                torch.tensor([0, 1]),
                torch.ones(1, 3),
                generator=seeded(),
                weight=1.0,
                n_views=0,
            ),
            "n_views is 0: pass an integer of at least 1",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
