from __future__ import annotations

import hashlib
import time

import numpy as np
import pytest
import torch

from autograder.datasets.base import Characters
from autograder.datasets.glyphs import glyphs
from autograder.datasets.invented import ALWAYS, MAX_ALPHABETS, alphabet_name, distinct, invent
from autograder.datasets.portable_random import PortableRandom
from autograder.datasets.style import CONTROL_POINTS, MAX_STROKES, Style, turtle
from autograder.errors import DataError


@pytest.fixture(scope="module")
def data() -> Characters:
    return glyphs()


def _digest(data: Characters) -> str:
    return hashlib.sha256((data.images * 255).round().to(torch.uint8).numpy().tobytes()).hexdigest()


def test_the_default_set(data: Characters) -> None:
    assert data.images.shape == (3200, 1, 28, 28)
    assert (len(data.class_names), len(data.alphabets)) == (160, 8)
    assert data.labels.bincount().tolist() == [20] * 160
    assert data.drawers.reshape(160, 20).tolist() == [list(range(20))] * 160
    assert data.class_names[0] == "Varan/character01"
    assert 0.04 < float(data.images.mean()) < 0.2


def test_the_bytes_are_the_same_everywhere(data: Characters) -> None:
    # Recorded once, to hold on every machine and with every version of numpy and Python.
    assert _digest(data) == RECORDED_DEFAULT
    assert _digest(glyphs(2, 3, 4, seed=7, size=20)) == RECORDED_SMALL


def test_other_seeds_draw_other_alphabets(data: Characters) -> None:
    other = glyphs(1, 20, 20, seed=1)
    assert not torch.equal(other.images, data.images[:400])


def test_asking_for_less_gives_a_part_of_it(data: Characters) -> None:
    part = glyphs(alphabets=3, characters=4, drawers=5)
    assert part.class_names == tuple(name for name in data.class_names[:60] if int(name[-2:]) <= 4)
    whole = data.images.reshape(8, 20, 20, 1, 28, 28)
    assert torch.equal(part.images.reshape(3, 4, 5, 1, 28, 28), whole[:3, :4, :5])


def test_asking_for_more_characters_than_all_alphabets_have_keeps_the_first() -> None:
    few, many = glyphs(1, ALWAYS, 2), glyphs(1, ALWAYS + 8, 2)
    assert torch.equal(few.images, many.images[: 2 * ALWAYS])


@pytest.mark.parametrize("size", [14, 28, 56])
def test_the_drawing_does_not_depend_on_its_size(size: int) -> None:
    small = glyphs(1, 3, 3, size=28).images
    pooled = torch.nn.functional.interpolate(glyphs(1, 3, 3, size=size).images, size=(14, 14), mode="area")
    reference = torch.nn.functional.interpolate(small, size=(14, 14), mode="area")
    assert float((pooled - reference).abs().mean()) < 0.015


def test_no_drawing_touches_the_edge_or_is_empty(data: Characters) -> None:
    assert float(data.images[:, 0, [0, -1]].max()) < 0.8
    assert float(data.images.sum(dim=(1, 2, 3)).min()) > 10


def test_it_is_fast() -> None:
    start = time.process_time()
    glyphs(seed=12345)
    assert time.process_time() - start < 3


def _one_shot_accuracy(features: torch.Tensor, labels: torch.Tensor, episodes: int = 200) -> float:
    """5-way 1-shot accuracy of the nearest neighbour, by squared Euclidean distance."""
    generator = torch.Generator().manual_seed(0)
    right = 0.0
    for _ in range(episodes):
        classes = torch.randperm(int(labels.max()) + 1, generator=generator)[:5]
        items = torch.stack([(labels == c).nonzero()[:, 0] for c in classes])
        items = items[:, torch.randperm(items.shape[1], generator=generator)[:4]]
        distances = torch.cdist(features[items[:, 1:].reshape(-1)], features[items[:, 0]])
        right += float((distances.argmin(dim=1) == torch.arange(5).repeat_interleave(3)).float().mean())
    return right / episodes


def test_pixels_alone_see_something_but_far_from_everything(data: Characters) -> None:
    accuracy = _one_shot_accuracy(data.images.flatten(1), data.labels)
    assert 0.4 < accuracy < 0.7


def test_a_little_invariance_helps(data: Characters) -> None:
    blurred = torch.nn.functional.avg_pool2d(data.images, 7, stride=2).flatten(1)
    assert (
        _one_shot_accuracy(blurred, data.labels)
        > _one_shot_accuracy(data.images.flatten(1), data.labels) + 0.05
    )


def test_characters_of_one_alphabet_are_related(data: Characters) -> None:
    # By the directions of their strokes alone, the nearest other character is often of the same alphabet.
    images = data.images[:, 0]
    across, down = images[:, 1:-1, 2:] - images[:, 1:-1, :-2], images[:, 2:, 1:-1] - images[:, :-2, 1:-1]
    bins = torch.atan2(down, across).remainder(torch.pi).mul(8 / torch.pi).round().long() % 8
    strength = (across**2 + down**2).sqrt().flatten(1)
    histogram = torch.zeros(len(data), 8).scatter_add_(1, bins.flatten(1), strength)
    characters = (histogram / histogram.sum(dim=1, keepdim=True)).reshape(160, 20, 8).mean(dim=1)
    nearest = torch.cdist(characters, characters).fill_diagonal_(torch.inf).argmin(dim=1)
    alphabet = torch.arange(160) // 20
    chance = 19 / 159
    assert float((alphabet[nearest] == alphabet).float().mean()) > 2.5 * chance


def test_drawers_have_a_hand_of_their_own(data: Characters) -> None:
    # A drawer's ink, relative to the others' on the same character, is alike in both halves of an alphabet.
    ink = data.images.sum(dim=(1, 2, 3)).reshape(8, 20, 20)
    relative = ink / ink.mean(dim=2, keepdim=True)
    halves = torch.stack([relative[:, :10].mean(dim=1).flatten(), relative[:, 10:].mean(dim=1).flatten()])
    assert float(torch.corrcoef(halves)[0, 1]) > 0.9


@pytest.mark.parametrize(
    "wrong",
    [
        {"alphabets": 0},
        {"alphabets": 257},
        {"characters": -1},
        {"drawers": 1.5},
        {"seed": -1},
        {"size": 4},
        {"drawers": True},
    ],
)
def test_impossible_counts_are_named(wrong: dict[str, object]) -> None:
    with pytest.raises(DataError, match=f"{next(iter(wrong))}={next(iter(wrong.values()))!r}.*whole number"):
        glyphs(**wrong)  # type: ignore[arg-type]


def test_an_alphabet_that_runs_out_of_characters_says_so() -> None:
    with pytest.raises(DataError, match=rf"characters, no more\. Ask for characters={ALWAYS}"):
        glyphs(alphabets=8, characters=100, drawers=1, seed=2)


def test_every_alphabet_has_a_name_of_its_own() -> None:
    assert len({alphabet_name(number) for number in range(MAX_ALPHABETS)}) == MAX_ALPHABETS


@pytest.mark.parametrize("seed", [0, 3, 99])
def test_every_alphabet_has_enough_characters_inside_the_frame(seed: int) -> None:
    for number in range(4):
        alphabet = invent(seed, number, ALWAYS)
        assert len(alphabet.forms) == ALWAYS
        for form in alphabet.forms:
            assert form.shape[1:] == (CONTROL_POINTS, 2)
            assert len(form) <= MAX_STROKES
            assert np.abs(form).max() <= 0.78 + 1e-9


def test_a_style_with_one_stroke_runs_dry_rather_than_repeat_itself() -> None:
    line = turtle(2, np.zeros(5), np.ones(5))
    style = Style((line,), 0.0, 1, 1, (1.0, 0.0, 0.0, 0.0), (1.0,), False, False, 0.6, 0.6)
    assert len(distinct(style, (0, 0, 0), wanted=5, tries=64)) == 1


def test_a_turtle_that_turns_a_quarter_each_time_comes_home() -> None:
    path = turtle(0, np.array([0.0, 1.0, 1.0, 1.0]), np.ones(4))
    assert path == pytest.approx(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float), abs=1e-12)


def test_dice_are_not_shared_between_alphabets() -> None:
    first, second = (Style.invent(PortableRandom(0, number, 0, 0)) for number in (0, 1))
    assert not np.array_equal(first.vocabulary[0], second.vocabulary[0])


RECORDED_DEFAULT = "d5095c936ed70cfa334634416d0b3882f615c1931eb402ed203dcda954997069"
RECORDED_SMALL = "3f9f00eadcb8e95b74569fe1baed6b51f95aaab6fbad8ca8ed855ae5e901e949"
