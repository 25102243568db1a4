"""CPC: InfoNCE in a loop, over the right side; what each W_k and each context may see."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import cpc
from reference.cpc import (
    CausalRows,
    ImageCPC,
    SequenceCPC,
    info_nce,
    overlapping_patches,
    prediction_losses,
)
from tests.reference.parts import gradient
from tests.reference.strategies import generators, matrices, sizes


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(cpc).failed == 0


@st.composite
def pairs(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor]:
    m = draw(sizes)
    return draw(matrices(m, 3)), draw(matrices(m, 3))


def by_hand(predictions: list[list[float]], futures: list[list[float]]) -> float:
    losses = []
    for i, prediction in enumerate(predictions):
        scores = [math.fsum(a * b for a, b in zip(prediction, z, strict=True)) for z in futures]
        losses.append(math.log(math.fsum(map(math.exp, scores))) - scores[i])
    return math.fsum(losses) / len(losses)


@given(pairs())
def test_equation_4_in_a_loop(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    assert float(info_nce(*pair)) == pytest.approx(by_hand(*(x.tolist() for x in pair)), rel=1e-9, abs=1e-12)


def test_the_softmax_runs_over_the_futures() -> None:
    """Scores ((0, 5), (0, 5)): for each context the second future wins; over contexts it would be a tie."""
    predictions = torch.tensor([[1.0], [1.0]]).double()
    futures = torch.tensor([[0.0], [5.0]]).double()
    expected = (math.log(1 + math.exp(5)) + math.log(1 + math.exp(-5))) / 2
    assert float(info_nce(predictions, futures)) == pytest.approx(expected)
    assert float(info_nce(futures, predictions)) == pytest.approx(math.log(2))


@given(pairs(), generators())
def test_the_order_of_the_negatives_does_not_matter(
    pair: tuple[torch.Tensor, torch.Tensor], generator: torch.Generator
) -> None:
    predictions, futures = pair
    order = torch.randperm(len(futures), generator=generator)
    assert_close(info_nce(predictions[order], futures[order]), info_nce(predictions, futures))


@given(st.integers(1, 9), matrices(3))
def test_a_model_that_knows_nothing_pays_log_m(m: int, prediction: torch.Tensor) -> None:
    assert float(info_nce(torch.zeros(m, 3).double(), torch.randn(m, 3).double())) == pytest.approx(
        math.log(m)
    )
    same = prediction.expand(m, 3)
    assert float(info_nce(same, same)) == pytest.approx(math.log(m), abs=1e-12)


@given(matrices(2, 4, 3), matrices(2, 4, 2), matrices(2, 3, 2))
def test_each_step_compares_contexts_with_latents_so_many_steps_later(
    latents: torch.Tensor, contexts: torch.Tensor, weights: torch.Tensor
) -> None:
    losses = prediction_losses(latents, contexts, weights)
    for k in (1, 2):
        predictions = [(weights[k - 1] @ contexts[n, t]).tolist() for n in range(2) for t in range(4 - k)]
        futures = [latents[n, t + k].tolist() for n in range(2) for t in range(4 - k)]
        assert float(losses[k - 1]) == pytest.approx(by_hand(predictions, futures), rel=1e-9)


@given(matrices(2, 3, 2, 3), matrices(2, 3, 2, 2), matrices(2, 3, 2))
def test_rows_of_images_are_compared_column_by_column(
    latents: torch.Tensor, contexts: torch.Tensor, weights: torch.Tensor
) -> None:
    losses = prediction_losses(latents, contexts, weights)
    for k in (1, 2):
        places = [(n, r, s) for n in range(2) for r in range(3 - k) for s in range(2)]
        predictions = [(weights[k - 1] @ contexts[place]).tolist() for place in places]
        futures = [latents[n, r + k, s].tolist() for n, r, s in places]
        assert float(losses[k - 1]) == pytest.approx(by_hand(predictions, futures), rel=1e-9)


@given(matrices(2, 5, 3), matrices(2, 5, 2), matrices(3, 3, 2), st.integers(0, 2))
def test_each_step_trains_its_own_matrix_alone(
    latents: torch.Tensor, contexts: torch.Tensor, weights: torch.Tensor, k: int
) -> None:
    weights.requires_grad_()
    (gradient,) = torch.autograd.grad(prediction_losses(latents, contexts, weights)[k], weights)
    assert (gradient.abs().sum(dim=(1, 2)) > 0).tolist() == [j == k for j in range(3)]
    assert torch.autograd.gradcheck(lambda w: prediction_losses(latents, contexts, w), weights)


# ------------------------------------------------------------------------------------------- sequences


class Windows(nn.Module):
    """Latents from non-overlapping windows of 4 samples: (n, length) -> (n, length / 4, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(4, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.unflatten(1, (-1, 4)))


def test_a_sequence_context_knows_the_past_only() -> None:
    torch.manual_seed(0)
    net = SequenceCPC(Windows(3), width=3, context=5, n_steps=2).double()
    x = torch.randn(2, 24, generator=seeded()).double()
    changed = x.clone()
    changed[:, 12:] += 1
    before, after = (net.contexts(net.encoder(signal)) for signal in (x, changed))
    assert_close(after[:, :3], before[:, :3])
    assert bool((after[:, 3:] != before[:, 3:]).any(dim=2).all())
    latents = net.encoder(x)
    assert_close(net(x), prediction_losses(latents, before, net.weights))


def test_training_on_waves_beats_knowing_nothing() -> None:
    torch.manual_seed(0)
    generator = seeded()
    net = SequenceCPC(Windows(8), width=8, context=16, n_steps=2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    speed, phase = torch.rand(2, 8, 1, generator=generator)
    x = torch.sin((0.2 + speed) * torch.arange(32.0) + 6.28 * phase)
    for _ in range(60):
        optimizer.zero_grad()
        losses = net(x)
        losses.sum().backward()
        optimizer.step()
    knowing_nothing = torch.tensor([8 * 7.0, 8 * 6.0]).log()
    assert bool((losses < knowing_nothing - torch.tensor([1.0, 0.4])).all())


# ------------------------------------------------------------------------------------------- images


@given(st.integers(1, 4), st.integers(1, 3), generators())
def test_patches_in_a_loop(size: int, stride: int, generator: torch.Generator) -> None:
    images = torch.rand(2, 3, 7, 5, generator=generator)
    patches = overlapping_patches(images, size, stride)
    rows, columns = range(0, 8 - size, stride), range(0, 6 - size, stride)
    assert patches.shape == (2, len(rows), len(columns), 3, size, size)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            assert patches[:, i, j].equal(images[:, :, top : top + size, left : left + size])


@pytest.mark.parametrize("row", [0, 1, 3])
def test_an_image_context_sees_its_row_and_those_above(row: int) -> None:
    torch.manual_seed(0)
    net = CausalRows(3, 4, depth=2).double()
    latents = torch.randn(2, 4, 5, 3, generator=seeded()).double()
    changed = latents.clone()
    changed[:, row] += 1
    seen = (net(changed) != net(latents)).any(dim=3).all(dim=2).all(dim=0)
    assert seen.tolist() == [i >= row for i in range(4)]


def test_causal_rows_in_a_loop() -> None:
    """Each layer sums a 3 x 3 window that ends at its own row; later layers add to what was there."""
    torch.manual_seed(0)
    net = CausalRows(2, 3, depth=3).double()
    latents = torch.randn(4, 5, 2, generator=seeded()).double()

    def window(features: torch.Tensor, layer: Any, i: int, j: int) -> torch.Tensor:
        total = layer.bias.clone()
        for a, b in ((a, b) for a in range(3) for b in range(3)):
            row, column = i + a - 2, j + b - 1
            if row >= 0 and 0 <= column < 5:
                total = total + layer.weight[:, :, a, b] @ features[row, column]
        return total

    features = latents
    for depth, layer in enumerate(net.layers):
        read = features.clamp_min(0) if depth else features
        update = torch.stack([torch.stack([window(read, layer, i, j) for j in range(5)]) for i in range(4)])
        features = features + update if depth else update
    assert_close(net(latents.unsqueeze(0))[0], features)


def test_image_latents_see_their_own_patch_alone() -> None:
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(16, 3), nn.Tanh())
    net = ImageCPC(encoder, width=3, context=4, n_steps=2, patch_size=4, stride=2).double()
    images = torch.rand(2, 1, 10, 8, generator=seeded()).double()
    changed = images.clone()
    changed[:, :, 0, 0] += 1
    latents = net.latents(images)
    touched = (net.latents(changed) != latents).any(dim=3).all(dim=0)
    assert latents.shape == (2, 4, 3, 3)
    assert touched.nonzero().tolist() == [[0, 0]]
    assert_close(net.represent(images), latents.flatten(1, 2).mean(dim=1))
    losses = net(images)
    assert_close(losses, prediction_losses(latents, net.autoregressor(latents), net.weights))
    losses.sum().backward()
    assert all(float(gradient(p).abs().sum()) > 0 for p in net.parameters())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: info_nce(torch.ones(2, 3), torch.ones(3, 3)), "futures .* with m = 2 as in predictions"),
        (
            lambda: prediction_losses(torch.ones(1, 2, 3), torch.ones(1, 2, 4), torch.ones(2, 3, 4)),
            "with t above 2, the number of steps",
        ),
        (
            lambda: prediction_losses(torch.ones(1, 5, 3), torch.ones(1, 5, 4), torch.ones(2, 4, 3)),
            r"weights has shape \(2, 4, 3\): pass \(k, d, e\) with d = 3 as in latents",
        ),
        (
            lambda: overlapping_patches(torch.ones(1, 1, 3, 5), 4, 1),
            "size is 4: pass at most 3, the shorter side",
        ),
        (lambda: CausalRows(3, 4, kernel_size=2), "kernel_size is 2: pass an odd number"),
        (lambda: SequenceCPC(nn.Identity(), 3, 4, 0), "n_steps is 0: pass an integer of at least 1"),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
