"""Siamese networks: the laws of pairs, closed forms, and the frequencies of sampled pairs."""

from __future__ import annotations

import doctest
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import siamese
from reference.siamese import (
    SiameseNetwork,
    contrastive_loss,
    contrastive_losses,
    cosine_loss,
    euclidean_distances,
    pair_logits,
    sample_pairs,
    train,
    verification_loss,
)
from tests.reference.parts import gradient, part
from tests.reference.strategies import generators, label_vectors, seeds, sizes
from tests.reference.test_prototypical import blobs, small_net


@st.composite
def pairs(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Embeddings of pairs (b, d), (b, d), and which are of one class (b,)."""
    b, d, seed = draw(sizes), draw(sizes), draw(seeds)
    generator = torch.Generator().manual_seed(seed)
    first, second = torch.randn(2, b, d, dtype=torch.float64, generator=generator)
    return first, second, torch.randint(2, (b,), generator=generator).bool()


def koch(first: torch.Tensor, second: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    weight = -torch.arange(1.0, 1 + first.shape[1], dtype=torch.float64)
    return verification_loss(pair_logits(first, second, weight, torch.tensor(0.5, dtype=torch.float64)), same)


losses = pytest.mark.parametrize("loss", [contrastive_loss, cosine_loss, koch])


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(siamese).failed == 0


@losses
@given(data=pairs())
def test_swapping_the_pair_changes_nothing(
    loss: Callable[..., Any], data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
) -> None:
    first, second, same = data
    assert_close(loss(second, first, same), loss(first, second, same))


@losses
@given(data=pairs())
def test_each_pair_is_local(
    loss: Callable[..., Any], data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
) -> None:
    first, second, same = data
    alone = [loss(first[i : i + 1], second[i : i + 1], same[i : i + 1]) for i in range(len(same))]
    assert_close(loss(first, second, same), torch.stack(alone).mean())


@losses
def test_gradients_agree_with_finite_differences(loss: Callable[..., Any]) -> None:
    first, second = torch.randn(2, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    same = torch.tensor([True, False, True, False])
    inputs = (first.requires_grad_(), second.requires_grad_())
    assert torch.autograd.gradcheck(lambda a, b: loss(a, b, same), inputs)


@given(pairs())
def test_distances_are_euclidean(data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> None:
    first, second, _ = data
    expected = [math.dist(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    assert euclidean_distances(first, second).tolist() == pytest.approx(expected)


def test_a_same_pair_at_distance_0_costs_0_and_has_finite_gradients() -> None:
    point = torch.ones(2, 3, requires_grad=True)
    loss = contrastive_loss(point, torch.ones(2, 3), torch.tensor([True, True]))
    loss.backward()
    assert loss.item() == 0
    assert gradient(point).tolist() == [[0.0] * 3] * 2
    other = contrastive_loss(point, torch.ones(2, 3), torch.tensor([False, False]), margin=3.0)
    other.backward()
    assert other.item() == 4.5
    assert gradient(point).isfinite().all()


@given(st.floats(0, 5), st.floats(0.1, 4))
def test_beyond_the_margin_a_different_pair_costs_nothing(distance: float, margin: float) -> None:
    distances = torch.tensor([distance, distance], dtype=torch.float64)
    same, other = contrastive_losses(distances, torch.tensor([True, False]), margin).tolist()
    assert same == pytest.approx(distance**2 / 2)
    assert other == pytest.approx((margin - distance) ** 2 / 2 if distance < margin else 0)


def test_the_cosine_is_wanted_at_1_or_at_minus_1() -> None:
    east, west = torch.tensor([[2.0, 0.0]]), torch.tensor([[-3.0, 0.0]])
    same, other = torch.tensor([True]), torch.tensor([False])
    assert [cosine_loss(east, east, same).item(), cosine_loss(east, west, other).item()] == [0, 0]
    assert [cosine_loss(east, west, same).item(), cosine_loss(east, east, other).item()] == [4, 4]


@given(pairs())
def test_the_logit_is_a_weighted_sum_in_a_loop(data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> None:
    first, second, same = data
    weight = torch.linspace(-1, 2, first.shape[1], dtype=torch.float64)
    logits = pair_logits(first, second, weight, torch.tensor(0.25))
    p = []
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        logit = 0.25 + sum(w * abs(x - y) for w, x, y in zip(weight.tolist(), a, b, strict=True))
        p.append(1 / (1 + math.exp(-logit)))
    assert_close(logits.sigmoid(), torch.tensor(p, dtype=torch.float64))
    cost = [-math.log(q if y else 1 - q) for q, y in zip(p, same.tolist(), strict=True)]
    assert verification_loss(logits, same).item() == pytest.approx(sum(cost) / len(cost))


def test_the_network_classifies_by_the_most_probable_pair() -> None:
    net = SiameseNetwork(nn.Identity(), 2)
    support, labels = torch.tensor([[0.0, 0.0], [4.0, 4.0], [9.0, 0.0]]), torch.tensor([30, -1, 7])
    assert net.classify(support, labels, torch.tensor([[8.0, 1.0], [1.0, 0.0], [3.0, 3.0]])).tolist() == [
        7,
        30,
        -1,
    ]


@pytest.mark.parametrize("training", [True, False])
def test_both_twins_pass_the_network_in_one_batch(training: bool) -> None:
    net = SiameseNetwork(nn.BatchNorm1d(3), 3).train(training)
    logits = net(torch.rand(4, 3), torch.rand(4, 3))
    assert logits.shape == (4,)
    assert part(net, "embed").num_batches_tracked.item() == int(training)


# --------------------------------------------------------------------------------------------------- pairs


@given(label_vectors(min_classes=2), st.integers(1, 9), generators())
def test_half_of_the_pairs_are_of_one_class(
    labels: torch.Tensor, n_pairs: int, generator: torch.Generator
) -> None:
    labels = torch.cat([labels, labels[:1]])
    twin = generator.clone_state()
    first, second, same = sample_pairs(labels, n_pairs, generator)
    assert same.equal(labels[first] == labels[second])
    assert same.sum().item() == (n_pairs + 1) // 2
    assert (first != second).all()
    assert all(
        a.equal(b) for a, b in zip((first, second, same), sample_pairs(labels, n_pairs, twin), strict=True)
    )


def test_pairs_are_uniform_over_classes_and_items() -> None:
    """Class 0 has three items and class 1 two: six ordered same pairs of 0 have half, two of 1 have half."""
    labels, generator = torch.tensor([0, 0, 0, 1, 1, 2]), torch.Generator().manual_seed(0)
    first, second, same = sample_pairs(labels, 4800, generator)
    seen = Counter(zip(first[same].tolist(), second[same].tolist(), strict=True))
    assert (
        sum((seen[pair] - 200) ** 2 / 200 for pair in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]) < 40
    )
    assert abs(seen[3, 4] - 600) < 130  # five deviations of a binomial
    classes = Counter(zip(labels[first][~same].tolist(), labels[second][~same].tolist(), strict=True))
    assert len(classes) == 6
    assert sum((count - 400) ** 2 / 400 for count in classes.values()) < 36  # once in a million


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_labels_without_both_kinds_of_pairs_raise(labels: list[int]) -> None:
    with pytest.raises(ValueError, match=r"labels has \d classes, \d of them with two items or more"):
        sample_pairs(torch.tensor(labels), 2, torch.Generator())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contrastive_losses(torch.ones(2), torch.ones(2)), "same has dtype torch.float32: pass bool"),
        (lambda: contrastive_loss(torch.ones(2, 3), torch.ones(2, 4), torch.ones(2).bool()), "with d = 3"),
        (lambda: contrastive_losses(torch.ones(2), torch.ones(2).bool(), 0.0), "margin is 0.0"),
        (lambda: SiameseNetwork(nn.Identity(), 2)(torch.ones(2, 2), torch.ones(3, 2)), "pass items in pairs"),
    ],
)
def test_wrong_arguments_are_explained(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_training_lowers_the_loss_and_touches_nothing_else() -> None:
    net = SiameseNetwork(small_net(), 8)
    state = torch.get_rng_state()
    values = train(
        net,
        *blobs(),
        n_pairs=12,
        n_steps=50,
        lr=0.02,
        device="cpu",
        generator=torch.Generator().manual_seed(0),
    )
    assert len(values) == 50
    assert sum(values[-10:]) < 0.7 * sum(values[:10])
    assert torch.equal(torch.get_rng_state(), state)
    assert net.training
