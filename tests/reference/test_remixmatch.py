"""ReMixMatch: alignment and its memory in closed form, the anchor as everyone's target, and the rotations."""

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

from reference.pseudo_label import sharpen
from reference.remixmatch import (
    DistributionAlignment,
    Terms,
    align,
    anchor_targets,
    remixmatch_loss,
    remixmatch_terms,
)
from tests.reference.parts import gradient, part
from tests.reference.strategies import generators, matrices

distributions = matrices(4, 3).map(lambda x: x.softmax(dim=1))
shares = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(distributions, distributions)
def test_alignment_in_a_loop(q: torch.Tensor, other: torch.Tensor) -> None:
    model = other[0]
    for row, aligned in zip(q.tolist(), align(q, shares, model).tolist(), strict=True):
        scaled = [
            x * (p + 1e-6) / (m + 1e-6) for x, p, m in zip(row, shares.tolist(), model.tolist(), strict=True)
        ]
        assert aligned == pytest.approx([x / math.fsum(scaled) for x in scaled])


@given(distributions)
def test_alignment_with_the_right_shares_changes_nothing(q: torch.Tensor) -> None:
    assert_close(align(q, shares, shares), q)


def test_alignment_moves_the_mean_towards_the_shares() -> None:
    q = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]], dtype=torch.float64)
    before, after = q.mean(dim=0), align(q, shares, q.mean(dim=0)).mean(dim=0)
    assert float((after - shares).abs().sum()) < float((before - shares).abs().sum())


@given(st.lists(distributions, min_size=1, max_size=7))
def test_the_memory_is_the_mean_of_the_last_batches_uniform_at_first(batches: list[torch.Tensor]) -> None:
    alignment = DistributionAlignment(shares, memory=4)
    for batch in batches:
        alignment.record(batch)
    means = [torch.full((3,), 1 / 3, dtype=torch.float64)] * 4 + [batch.mean(dim=0) for batch in batches]
    assert_close(alignment.average(), torch.stack(means[-4:]).mean(dim=0))
    assert_close(alignment(batches[0]), align(batches[0], shares, alignment.average()))


def test_counts_become_shares_and_the_memory_is_saved() -> None:
    alignment = DistributionAlignment(torch.tensor([3.0, 1.0]), memory=2)
    alignment.record(torch.tensor([[0.2, 0.8]]))
    assert alignment.class_shares.tolist() == [0.75, 0.25]
    copy = DistributionAlignment(torch.tensor([1.0, 1.0]), memory=2)
    copy.load_state_dict(alignment.state_dict())
    assert copy.average().tolist() == pytest.approx([0.35, 0.65])


@given(matrices(4, 5), generators())
def test_targets_are_aligned_by_the_batches_before_then_sharpened(
    anchors: torch.Tensor, generator: torch.Generator
) -> None:
    matrix = torch.randn(5, 3, generator=generator).double()
    alignment = DistributionAlignment(shares, memory=3)
    alignment.record(torch.tensor([[0.1, 0.1, 0.8]], dtype=torch.float64))
    q, past = (anchors @ matrix).softmax(dim=1), alignment.average().clone()
    targets = anchor_targets(lambda x: x @ matrix, alignment, anchors, 0.4)
    assert_close(targets, sharpen(align(q, shares, past), 0.4))
    assert_close(alignment.past[-1], q.mean(dim=0))  # what the model said, before alignment


class Net(nn.Module):
    """Two heads on common features, with batch norm, for images of one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6))
        self.classes, self.turns = nn.Linear(6, 3), nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classes(self.features(x))


def all_terms(
    net: Net,
    generator: torch.Generator,
    strong: Callable[..., Any],
    rotation: Callable[..., Any] | None = None,
    alpha: float = 0.75,
) -> tuple[torch.Tensor, Terms]:
    images = torch.rand(5, 1, 4, 4, generator=seeded()).double()
    alignment = DistributionAlignment(shares, memory=4)
    terms = remixmatch_terms(
        net,
        rotation or (lambda x: net.turns(net.features(x))),
        alignment,
        lambda x: 0.9 * x,
        strong,
        images[:2],
        torch.tensor([2, 0]),
        images[2:],
        generator=generator,
        n_views=2,
        temperature=0.6,
        alpha=alpha,
    )
    return images, terms


def test_without_mixing_every_term_is_a_cross_entropy_with_the_anchors_target() -> None:
    """Beta(1e-4, 1e-4) is 0 or 1, so lambda' is 1 and nobody is mixed with anybody."""
    net, calls = Net().double().eval(), []

    def strong(x: torch.Tensor) -> torch.Tensor:
        calls.append(len(x))
        return x**2 + len(calls) / 10

    images, terms = all_terms(net, seeded(), strong, alpha=1e-4)
    uniform = torch.full((3,), 1 / 3, dtype=torch.float64)
    with torch.no_grad():
        targets = sharpen(align(net(0.9 * images[2:]).softmax(dim=1), shares, uniform), 0.6)
        views = [images[2:] ** 2 + 0.1, images[2:] ** 2 + 0.2, 0.9 * images[2:]]
        losses = [functional.cross_entropy(net(view), targets) for view in views]
        assert_close(terms.unlabelled, sum(losses) / 3)
        assert_close(terms.first_strong, losses[0])
        supervised = functional.cross_entropy(net(images[:2] ** 2 + 0.3), torch.tensor([2, 0]))
        assert_close(terms.labelled, supervised)
    assert calls == [3, 3, 2]


def test_the_rotation_task_is_to_name_the_turn() -> None:
    """A network that looks for the bright corner knows the turn: corner (0, 0) moves counter-clockwise."""
    marked = torch.zeros(3, 1, 4, 4).double()
    marked[:, 0, 0, 0] = 1

    def look(x: torch.Tensor) -> torch.Tensor:
        return 1000 * torch.stack([x[:, 0, 0, 0], x[:, 0, 3, 0], x[:, 0, 3, 3], x[:, 0, 0, 3]], dim=1)

    _, terms = all_terms(Net().double(), seeded(), lambda x: marked[: len(x)], rotation=look)
    assert float(terms.rotation) == pytest.approx(0, abs=1e-12)
    _, terms = all_terms(
        Net().double(), seeded(), lambda x: marked[: len(x)], rotation=lambda x: look(x).flip(1)
    )
    assert float(terms.rotation) > 100


def test_batch_norm_records_the_mixed_batch_only_and_gradients_reach_both_heads() -> None:
    net = Net().double().train()
    _, terms = all_terms(net, seeded(), lambda x: x.flip(-1))
    assert int(part(net, "features.2").num_batches_tracked) == 1
    remixmatch_loss(terms).backward()
    assert all(float(gradient(p).abs().sum()) > 0 for p in (net.classes.weight, net.turns.weight))


def test_the_loss_weighs_its_terms() -> None:
    terms = Terms(*(torch.tensor(float(x)) for x in (1, 10, 100, 1000)))
    total = remixmatch_loss(terms, weight=2.0, first_strong_weight=3.0, rotation_weight=5.0)
    assert float(total) == 1 + 20 + 300 + 5000
    assert float(remixmatch_loss(terms)) == 1 + 15 + 50 + 500


def test_rotations_need_square_images() -> None:
    images, step = torch.ones(2, 1, 4, 3), DistributionAlignment(shares)
    with pytest.raises(
        ValueError, match=r"unlabelled has shape \(2, 1, 4, 3\): pass \(u, c, h, h\) with h = 4"
    ):
        remixmatch_terms(
            Net(),
            Net(),
            step,
            torch.clone,
            torch.clone,
            images,
            torch.tensor([0, 1]),
            images,
            generator=seeded(),
        )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DistributionAlignment(torch.tensor([1.0, -1.0])), "pass the classes' shares, none negative"),
        (lambda: DistributionAlignment(shares, memory=0), "memory is 0: pass an integer of at least 1"),
        (
            lambda: align(torch.ones(2, 3), shares, torch.ones(2)),
            r"model_shares .* with c = 3 as in probabilities",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
