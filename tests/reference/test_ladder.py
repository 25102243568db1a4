"""Ladder network: algorithm 1 once more in numpy, a perfect decoder, and the ten numbers of each unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference.ladder import (
    LadderNetwork,
    batch_statistics,
    denoise,
    denoising_cost,
    denoising_costs,
    ladder_loss,
)
from reference.pseudo_label import classification_loss
from tests.reference.parts import gradient
from tests.reference.strategies import generators, matrices


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(
    sizes: tuple[Any, ...] = (5, 4, 3), noise_std: float = 0.3, seed: int = 5, momentum: float = 0.1
) -> LadderNetwork:
    """Every parameter random, so that none hides behind its start."""
    net = LadderNetwork(sizes, noise_std, momentum).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=seeded(seed)))
    return net


def batch(n: int, seed: int = 9) -> torch.Tensor:
    return torch.randn(n, 5, generator=seeded(seed)).double()


# --------------------------------------------------------------------------------------------- equations


@given(matrices(3, 2), matrices(3, 2), matrices(10, 2))
def test_the_g_function_unit_by_unit(noisy: torch.Tensor, signal: torch.Tensor, a: torch.Tensor) -> None:
    estimate = denoise(noisy, signal, a)
    for i in range(3):
        for j in range(2):
            z, u, (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) = noisy[i, j], signal[i, j], a[:, j]
            mean = a1 / (1 + torch.exp(-(a2 * u + a3))) + a4 * u + a5
            share = a6 / (1 + torch.exp(-(a7 * u + a8))) + a9 * u + a10
            assert_close(estimate[i, j], z * share + (1 - share) * mean)


@given(matrices(4, 2), matrices(4, 2), matrices(10, 2))
def test_each_of_the_ten_coefficients_counts(
    noisy: torch.Tensor, signal: torch.Tensor, a: torch.Tensor
) -> None:
    jacobian = torch.autograd.functional.jacobian(lambda c: denoise(noisy, signal, c), a)
    assert bool((jacobian.abs().sum(dim=(0, 1)) > 0).all())


def test_the_decoder_starts_by_believing_the_noisy_layer() -> None:
    net = LadderNetwork((5, 4, 3)).double()
    noisy = net.climb(batch(6), noise_std=0.3, generator=seeded())
    for z, estimate in zip(noisy.z, net.descend(noisy), strict=True):
        assert_close(estimate, z)


@given(matrices(5, 3))
def test_layers_are_divided_by_the_standard_deviation(x: torch.Tensor) -> None:
    mean, std = batch_statistics(x)
    assert mean.tolist() == pytest.approx([np.mean(column) for column in x.T.tolist()], abs=1e-12)
    assert std.tolist() == pytest.approx([np.std(column) for column in x.T.tolist()], rel=1e-6)
    normalised = (x - mean) / std
    assert_close(normalised.square().mean(dim=0), torch.ones(3).double(), rtol=1e-6, atol=1e-6)


@given(matrices(4, 3), matrices(4, 3), matrices(3), st.floats(0.5, 2))
def test_the_cost_compares_on_the_scale_of_the_clean_layer(
    clean: torch.Tensor, noise: torch.Tensor, mean: torch.Tensor, scale: float
) -> None:
    std = torch.full((3,), scale, dtype=torch.float64)
    assert float(denoising_cost(clean, clean * std + mean, mean, std)) == pytest.approx(0, abs=1e-25)
    off = denoising_cost(clean, clean * std + mean + noise, mean, std)
    assert float(off) == pytest.approx(float(noise.square().sum()) / 12 / scale**2)


# --------------------------------------------------------------------------------------------- algorithm 1


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-10)
    return (x - mean) / std, mean, std


def algorithm_1(net: LadderNetwork, x: np.ndarray, noise: list[np.ndarray]) -> tuple[np.ndarray, list[float]]:
    """Noisy logits and the cost of each layer, written down again from the paper, in numpy."""
    p = {name: value.detach().numpy() for name, value in net.named_parameters()}
    top = len(noise) - 1
    clean, noisy = [x], [x + noise[0]]
    stats: list[tuple[Any, Any]] = [(0.0, 1.0)]
    h, h_noisy = x, noisy[0]
    for layer in range(1, top + 1):
        w, bias = p[f"forward_maps.{layer - 1}.weight"].T, p[f"bias.{layer - 1}"]
        z, mean, std = standardised(h @ w)
        z_noisy = standardised(h_noisy @ w)[0] + noise[layer]
        clean.append(z)
        stats.append((mean, std))
        noisy.append(z_noisy)
        h, h_noisy = np.maximum(z + bias, 0), np.maximum(z_noisy + bias, 0)
    logits = p["scale"] * (noisy[top] + bias)
    costs, estimate = [0.0] * (top + 1), None
    for layer in range(top, -1, -1):
        if layer == top:
            signal = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        else:
            signal = estimate @ p[f"backward_maps.{layer}.weight"].T
        u, a = standardised(signal)[0], p[f"coefficients.{layer}"]
        mean = a[0] * sigmoid(a[1] * u + a[2]) + a[3] * u + a[4]
        share = a[5] * sigmoid(a[6] * u + a[7]) + a[8] * u + a[9]
        estimate = (noisy[layer] - mean) * share + mean
        mu, sigma = stats[layer]
        costs[layer] = float(np.mean((clean[layer] - (estimate - mu) / sigma) ** 2))
    return logits, costs


@pytest.mark.parametrize(("sizes", "noise_std"), [((5, 4, 3), 0.3), ((5, 3), 0.7), ((5, 6, 2, 4), 0.0)])
def test_the_loss_is_that_of_algorithm_1(sizes: tuple[Any, ...], noise_std: float) -> None:
    net, labelled, unlabelled = network(sizes, noise_std), batch(4), batch(7, seed=1)
    labels, weights = torch.tensor([0, 1, 1, 0]), [10.0**-k for k in range(len(sizes))]
    draws = seeded(3)
    noises = [
        [noise_std * torch.randn(n, d, generator=draws, dtype=torch.float64).numpy() for d in sizes]
        for n in (4, 7)
    ]
    logits, _ = algorithm_1(net, labelled.numpy(), noises[0])
    _, costs = algorithm_1(net, unlabelled.numpy(), noises[1])
    loss = ladder_loss(net, labelled, labels, unlabelled, denoising_weights=weights, generator=seeded(3))
    supervised = float(classification_loss(torch.from_numpy(logits), labels))
    expected = supervised + sum(w * c for w, c in zip(weights, costs, strict=True))
    assert loss.item() == pytest.approx(expected, rel=1e-9)


def test_a_perfect_decoder_without_noise_costs_nothing() -> None:
    """a_10 = sigma and a_5 = mu / (1 - sigma), the others 0, make g(z, u) = sigma z + mu."""
    net, x = network(), batch(8)
    with torch.no_grad():
        for coefficients, (mean, std) in zip(net.coefficients, net.climb(x).statistics, strict=True):
            coefficients.zero_()
            coefficients[4] = torch.where(std == 1, mean, mean / (1 - std))
            coefficients[9] = std
    net.noise_std = 0.0
    costs = denoising_costs(net, x, generator=seeded())
    assert_close(costs, torch.zeros(3).double(), rtol=0, atol=1e-20)


def test_every_parameter_of_the_whole_loss_gets_a_gradient() -> None:
    net = network()
    loss = ladder_loss(
        net, batch(4), torch.tensor([0, 1, 2, 0]), batch(6), denoising_weights=[1, 1, 1], generator=seeded()
    )
    loss.backward()
    assert all(bool((gradient(p) != 0).any()) for p in net.parameters())


def test_the_gamma_model_leaves_the_lower_decoder_alone() -> None:
    net = network()
    ladder_loss(
        net, batch(4), torch.tensor([0, 1, 2, 0]), batch(6), denoising_weights=[0, 0, 1], generator=seeded()
    ).backward()
    assert all(float(gradient(weight).abs().sum()) == 0 for weight in net.backward_maps.parameters())
    assert float(gradient(net.coefficients[2]).abs().sum()) > 0


# --------------------------------------------------------------------------------------------- prediction


def test_prediction_uses_the_recorded_statistics() -> None:
    net, x = network(momentum=1.0), batch(8)
    denoising_costs(net.train(), x, generator=seeded())
    assert_close(net(x), net.climb(x).logits)
    assert_close(net(x[:1]), net.climb(x).logits[:1])
    before = net(x)
    denoising_costs(net.eval(), batch(8, seed=2), generator=seeded())
    assert net(x).equal(before)


@given(generators())
def test_noise_comes_from_the_generator_and_goes_on_every_layer(generator: torch.Generator) -> None:
    net, x, globally = network(noise_std=0.5), batch(2000), torch.get_rng_state()
    clean, state = net.climb(x), generator.get_state()
    noisy = net.climb(x, noise_std=0.5, generator=generator)
    generator.set_state(state)
    again = net.climb(x, noise_std=0.5, generator=generator)
    assert all(z.equal(w) for z, w in zip(noisy.z, again.z, strict=True))
    assert torch.get_rng_state().equal(globally)
    assert float((noisy.z[0] - clean.z[0]).std()) == pytest.approx(0.5, rel=0.05)
    for z in noisy.z[1:]:  # normalised, plus noise
        assert_close(z.var(dim=0), torch.full_like(z[0], 1.25), rtol=0.15, atol=0)


def test_training_learns_two_blobs_from_two_labels() -> None:
    torch.manual_seed(0)
    net, generator = LadderNetwork((2, 8, 2)), seeded()
    sides = torch.randint(2, (200,), generator=generator)
    x = torch.randn(200, 2, generator=generator) * 0.6 + (2.0 * sides[:, None] - 1) * torch.tensor([1.0, 2.0])
    shown = torch.stack([(sides == 0).nonzero()[0, 0], (sides == 1).nonzero()[0, 0]]).repeat(4)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ladder_loss(
            net, x[shown], sides[shown], x, denoising_weights=[1.0, 0.1, 0.1], generator=generator
        )
        loss.backward()
        optimizer.step()
    assert float((net.eval()(x).argmax(dim=1) == sides).float().mean()) > 0.95


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LadderNetwork((5,)), r"sizes is \[5\]: pass input, hidden and output sizes, two or more"),
        (lambda: network()(torch.ones(2, 4)), r"x has shape \(2, 4\): pass \(b, 5\)"),
        (lambda: network().climb(torch.ones(5)), r"x has shape \(5,\): pass \(b, 5\)"),
        (lambda: LadderNetwork((5, 0)), "size is 0: pass an integer of at least 1"),
        (lambda: LadderNetwork((5, 3), noise_std=-1), "noise_std is -1: pass 0 or more"),
        (lambda: network().climb(batch(2), noise_std=0.1), "there is no generator: pass generator="),
        (
            lambda: denoise(batch(2), batch(2), torch.ones(9, 5)),
            r"coefficients has shape \(9, 5\): pass \(10, d\)",
        ),
        (
            lambda: ladder_loss(
                network(), batch(1), torch.tensor([0]), batch(1), denoising_weights=[1.0], generator=seeded()
            ),
            "there are 1 denoising_weights: pass 3, input layer first",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
