"""Records of a training read as episodes, and their losses and gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.checks.fewshot.passes import Embedded, Passes, Shape, passes_of, path_of
from autograder.checks.fewshot.training import pictures
from autograder.fixtures.networks import RecordingNet, recording_net
from autograder.hidden.fewshot.recorded import Episode, recorded
from autograder.laws import Returned, Violation
from autograder.sandbox.worker.plain import to_plain

SHAPE = Shape(n_way=2, k_shot=1, n_query=2)
IMAGES, LABELS = pictures(2, 3, seed=0)
WEIGHT = torch.from_numpy(0.2 * np.random.default_rng(0).normal(size=(4, 3))).float()


def passes(*sizes: int) -> Passes:
    count = sum(sizes)
    items = np.arange(count, dtype=np.int64)
    weights = np.arange(len(sizes), dtype=np.float64)[:, None, None] * np.ones((4, 3))
    return Passes(list(sizes), items, np.zeros((count, 3)), weights)


def outcome_of(net: RecordingNet) -> Returned:
    return Returned([], states={"net": to_plain(net.report())})


# --- episodes


@pytest.mark.parametrize("sizes", [(6, 6), (2, 4, 2, 4), (4, 2, 6), (2, 4, 4, 2)])
def test_an_episode_is_one_batch_or_two(sizes: tuple[int, ...]) -> None:
    found = passes(*sizes).episodes(SHAPE)
    assert found is not None
    assert [each.items.tolist() for each in found] == [list(range(6)), list(range(6, 12))]
    assert found[1].weight[0, 0] == len(found[0].sizes)


@pytest.mark.parametrize("sizes", [(6, 1, 1, 4), (6, 2), (6, 3, 3), (6, 12)])
def test_other_batches_are_no_episode(sizes: tuple[int, ...]) -> None:
    assert passes(*sizes).episodes(SHAPE) is None
    assert len(passes(*sizes).leading(SHAPE)) == 1


def test_items_can_be_read_as_episodes_whatever_the_batches() -> None:
    first, second = passes(1, 1, 4, 6).in_one_batch(SHAPE)
    assert (first.items.tolist(), second.items.tolist()) == (list(range(6)), list(range(6, 12)))
    assert (first.weight[0, 0], second.weight[0, 0]) == (0.0, 3.0)


# --- what a worker sent


def test_items_are_found_in_the_data() -> None:
    net = recording_net(WEIGHT).train()
    net(torch.from_numpy(IMAGES[[4, 2]]))
    net(torch.from_numpy(IMAGES[[1]]) + 1)
    found = passes_of(outcome_of(net), IMAGES)
    assert found is not None
    assert (found.sizes, found.items.tolist()) == ([2, 1], [4, 2, -1])


def test_what_is_no_record_is_not_read() -> None:
    sent = outcome_of(recording_net(WEIGHT)).states["net"]
    for record in (None, 3, {}, {**sent["passes"], "sizes": [1]}, {**sent["passes"], "sizes": ["1"]}):
        assert passes_of(Returned([], states={"net": {**sent, "passes": record}}), IMAGES) is None
    assert passes_of(Returned([], states={"net": None}), IMAGES) is None
    assert path_of(Returned([], states={"net": {}}), (4, 3)) is None


# --- losses and gradients


def trained(order: list[int], support: list[int], factor: float = 1.0) -> tuple[Episode, float]:
    """One episode that is embedded jointly in `order`; its loss."""
    net = recording_net(WEIGHT).train()
    z = net(torch.from_numpy(IMAGES[order]))
    place = {item: row for row, item in enumerate(order)}
    query = [item for item in order if item not in support]
    prototypes = z[[place[item] for item in sorted(support, key=lambda item: LABELS[item])]]
    distances = torch.cdist(z[[place[item] for item in query]], prototypes) ** 2
    loss = F.cross_entropy(-distances, torch.tensor([int(LABELS[item] > 0) for item in query]))
    (factor * loss).backward()  # type: ignore[no-untyped-call]
    found = recorded(outcome_of(net), IMAGES, LABELS, SHAPE, 1)
    assert isinstance(found, list)
    return found[0], loss.item()


SUPPORT = [int(np.flatnonzero(k == LABELS)[1]) for k in np.unique(LABELS)]


@pytest.mark.parametrize("seed", range(6))
def test_the_split_is_found_in_any_order(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(6).tolist()
    episode, loss = trained(order, SUPPORT, factor=7.0)
    fitting = [split for split in episode.splits() if split.fits(episode.gradients, episode.tolerance)]
    assert fitting
    assert abs(fitting[0].loss - loss) < episode.tolerance


def test_another_gradient_fits_no_split() -> None:
    episode, _ = trained([*SUPPORT, *(i for i in range(6) if i not in SUPPORT)], SUPPORT)
    right = episode.gradients
    half = np.concatenate([right[:2] / 2, right[2:]])
    frozen = np.concatenate([0 * right[:2], right[2:]])
    for wrong in (-right, half, frozen, 0 * right):
        assert not any(split.fits(wrong, episode.tolerance) for split in episode.splits())


def test_two_batches_leave_one_split() -> None:
    shape, rows = Shape(2, 1, 2), np.arange(6)
    for sizes, support in (((2, 4), rows < 2), ((4, 2), rows >= 4)):
        embedded = Embedded(rows, np.zeros((6, 3)), WEIGHT.double().numpy(), sizes)
        (split,) = Episode(IMAGES.reshape(6, -1).astype(np.float64), LABELS, embedded, shape).splits()
        assert split.support.tolist() == support.tolist()


def test_items_that_are_no_episode_are_told() -> None:
    net = recording_net(WEIGHT).train()
    net(torch.from_numpy(IMAGES[[0, 0, 1, 2, 3, 4]]))
    found = recorded(outcome_of(net), IMAGES, LABELS, SHAPE, 1)
    assert isinstance(found, Violation)
    assert "is no episode of 2 classes" in found.message
    assert isinstance(recorded(outcome_of(net), IMAGES, LABELS, replace(SHAPE, n_query=3), 1), Violation)
