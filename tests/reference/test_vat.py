"""Virtual adversarial training: eigenvectors and Hessian products as second derivations; batch norm."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Never

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference.pseudo_label import classification_loss
from reference.vat import (
    entropy,
    keep_batch_statistics,
    kl_divergence,
    most_sensitive_direction,
    smoothness,
    unit_vectors,
    vat_loss,
)
from tests.reference.strategies import generators, matrices, sizes


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def linear(
    generator: torch.Generator, width: int = 6, n_classes: int = 3
) -> tuple[torch.Tensor, Callable[..., Any]]:
    matrix = torch.randn(width, n_classes, generator=generator).double()
    return matrix, lambda x: x.flatten(1) @ matrix


@given(matrices(3, 4), matrices(3, 4))
def test_divergence_and_entropy_in_a_loop(p_logits: torch.Tensor, q_logits: torch.Tensor) -> None:
    p, q = p_logits.softmax(dim=1).tolist(), q_logits.softmax(dim=1).tolist()
    divergences, entropies = kl_divergence(p_logits, q_logits).tolist(), entropy(p_logits).tolist()
    for a, b, divergence, h in zip(p, q, divergences, entropies, strict=True):
        expected = math.fsum(x * math.log(x / y) for x, y in zip(a, b, strict=True))
        assert divergence == pytest.approx(expected, abs=1e-14)
        assert divergence >= -1e-15
        assert h == pytest.approx(-math.fsum(x * math.log(x) for x in a))


@given(matrices(sizes, 3, 2), st.floats(-200, 200))
def test_unit_vectors_have_length_one_at_any_scale(vectors: torch.Tensor, exponent: float) -> None:
    units = unit_vectors(vectors * 10.0**exponent)
    assert_close(units.flatten(1).norm(dim=1), torch.ones(len(units)).double())
    assert_close(units, unit_vectors(vectors), rtol=1e-9, atol=1e-12)
    assert unit_vectors(torch.zeros(2, 3)).tolist() == torch.zeros(2, 3).tolist()


@given(matrices(4, 2, 3), generators())
def test_power_iteration_finds_the_leading_eigenvector(
    inputs: torch.Tensor, generator: torch.Generator
) -> None:
    """For a linear classifier the Hessian of the divergence at 0 is W (diag(p) - p p') W'."""
    matrix, classify = linear(generator)
    logits = classify(inputs)
    found = most_sensitive_direction(
        classify, inputs, logits, generator=generator, xi=1e-6, iterations=80
    ).flatten(1)
    for row, direction in zip(logits.softmax(dim=1), found, strict=True):
        values, vectors = torch.linalg.eigh(matrix @ (torch.diag(row) - torch.outer(row, row)) @ matrix.T)
        if values[-2] / values[-1] < 0.85:  # otherwise 80 iterations do not part the first two
            assert abs(float(direction @ vectors[:, -1])) == pytest.approx(1, abs=1e-5)


def curved(x: torch.Tensor) -> torch.Tensor:
    """A classifier with second derivatives of its own."""
    x = x.flatten(1)
    return torch.stack([x.sin().sum(1), (x[:, 0] * x[:, 1]), x.square().sum(1) / 2], dim=1)


def hessian_product(inputs: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """H d by differentiating twice, where the method takes a finite difference."""
    r = torch.zeros_like(inputs, requires_grad=True)
    divergence = kl_divergence(curved(inputs), curved(inputs + r)).sum()
    (gradient,) = torch.autograd.grad(divergence, r, create_graph=True)
    (product,) = torch.autograd.grad((gradient * direction).sum(), r)
    return product


@given(matrices(3, 4), st.integers(0, 999))
def test_one_iteration_multiplies_by_the_hessian(inputs: torch.Tensor, seed: int) -> None:
    start = unit_vectors(torch.randn(inputs.shape, generator=seeded(seed), dtype=torch.float64))
    found = most_sensitive_direction(curved, inputs, curved(inputs), generator=seeded(seed), xi=1e-7)
    assert_close(found, unit_vectors(hessian_product(inputs, start)), rtol=0, atol=1e-4)


def test_in_single_precision_the_default_step_is_right_and_the_original_one_is_noise() -> None:
    inputs = torch.randn(200, 8, generator=seeded())
    start = unit_vectors(torch.randn(inputs.shape, generator=seeded(1), dtype=torch.float64))
    exact = unit_vectors(hessian_product(inputs.double(), start))

    def cosine(xi: float) -> float:
        found = most_sensitive_direction(curved, inputs, curved(inputs), generator=seeded(1), xi=xi)
        return float((found.double() * exact).sum(dim=1).median())

    assert cosine(1e-3) > 0.999
    assert cosine(1e-6) < 0.9


@given(matrices(3, 2, 2), generators(), st.floats(0.1, 4))
def test_the_perturbation_has_length_epsilon_and_the_clean_side_no_gradient(
    inputs: torch.Tensor, generator: torch.Generator, epsilon: float
) -> None:
    matrix, _ = linear(generator, width=4)
    matrix.requires_grad_()
    seen: list[torch.Tensor] = []

    def classify(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.detach())
        return x.flatten(1) @ matrix

    logits = classify(inputs)
    divergence = smoothness(classify, inputs, logits, epsilon=epsilon, generator=generator, iterations=2)
    r = seen[-1] - inputs
    assert len(seen) == 4
    assert_close(r.flatten(1).norm(dim=1), torch.full((3,), epsilon, dtype=torch.float64))
    (gradient,) = torch.autograd.grad(divergence.sum(), matrix)
    fixed = kl_divergence(logits.detach(), (inputs + r).flatten(1) @ matrix).sum()
    assert_close(gradient, torch.autograd.grad(fixed, matrix)[0])
    assert_close(divergence.sum(), fixed)


def test_the_adversary_beats_a_random_direction() -> None:
    generator = seeded()
    inputs = torch.randn(100, 6, generator=generator).double()
    _, classify = linear(generator)
    logits = classify(inputs)
    worst = smoothness(classify, inputs, logits, epsilon=0.5, generator=generator, iterations=5)
    anywhere = unit_vectors(torch.randn(inputs.shape, generator=generator).double())
    assert float(worst.mean()) > 2 * float(kl_divergence(logits, classify(inputs + 0.5 * anywhere)).mean())


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_keeps_its_statistics_and_parameters_get_no_gradient_from_the_search(
    training: bool,
) -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).train(training)
    inputs = torch.randn(5, 3, generator=seeded())
    logits = net(inputs).detach()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    expected = net[2](net[1](net[0](inputs))) if not training else None
    divergence = smoothness(net, inputs, logits, epsilon=1.0, generator=seeded())
    assert all(v.equal(before[k]) for k, v in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    assert divergence.requires_grad
    assert net[1].track_running_stats
    if expected is not None:
        with keep_batch_statistics(net):
            assert net(inputs).equal(expected)


def test_statistics_are_tracked_again_after_an_error() -> None:
    net = nn.Sequential(nn.BatchNorm1d(4), nn.BatchNorm1d(4, track_running_stats=False))

    def fail() -> Never:
        with keep_batch_statistics(net):
            raise RuntimeError(f"tracking: {net[0].track_running_stats}")

    with pytest.raises(RuntimeError, match="tracking: False"):
        fail()
    assert [norm.track_running_stats for norm in net] == [True, False]


def test_the_search_works_where_gradients_are_switched_off() -> None:
    _, classify = linear(seeded())
    inputs = torch.randn(2, 6, generator=seeded()).double()
    with torch.no_grad():
        direction = most_sensitive_direction(classify, inputs, classify(inputs), generator=seeded())
    assert_close(direction.norm(dim=1), torch.ones(2).double())


@given(matrices(2, 6), matrices(3, 6), generators(), st.floats(0.1, 3), st.floats(0.1, 3))
def test_the_loss_adds_divergence_and_entropy_of_all_inputs(
    labelled: torch.Tensor, unlabelled: torch.Tensor, generator: torch.Generator, weight: float, share: float
) -> None:
    _, classify = linear(generator)
    labels, state = torch.tensor([2, 0]), generator.get_state()
    loss = vat_loss(
        classify,
        labelled,
        labels,
        unlabelled,
        epsilon=0.7,
        generator=generator,
        weight=weight,
        entropy_weight=share,
        xi=1e-4,
        iterations=2,
    )
    generator.set_state(state)
    inputs = torch.cat([labelled, unlabelled])
    logits = classify(inputs)
    lds = smoothness(classify, inputs, logits, epsilon=0.7, generator=generator, xi=1e-4, iterations=2)
    expected = classification_loss(logits[:2], labels) + weight * lds.mean() + share * entropy(logits).mean()
    assert_close(loss, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsilon": 0.0}, "epsilon is 0.0: pass a finite number above 0"),
        ({"epsilon": 1.0, "xi": -1.0}, "xi is -1.0: pass a finite number above 0"),
        ({"epsilon": 1.0, "iterations": 0}, "iterations is 0: pass an integer of at least 1"),
    ],
)
def test_errors_say_what_to_pass(options: dict[str, Any], message: str) -> None:
    _, classify = linear(seeded())
    inputs = torch.ones(2, 6).double()
    with pytest.raises(ValueError, match=message):
        smoothness(classify, inputs, classify(inputs), generator=seeded(), **options)
