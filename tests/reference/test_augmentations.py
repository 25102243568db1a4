"""Augmentations: what is drawn, how often, from which generator; and the cases that change nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference import augmentations as aug
from reference import image_operations
from tests.reference.strategies import generators

AUGMENTATIONS: dict[str, Callable[..., torch.Tensor]] = {
    "weak": aug.weak,
    "rand_augment": aug.rand_augment,
    "cut_out": aug.cut_out,
    "strong": aug.strong,
    "random_crop": aug.random_crop,
    "colour_jitter": aug.colour_jitter,
    "random_blur": aug.random_blur,
    "simclr_view": lambda x, generator: aug.simclr_view(x, generator=generator, solarize_probability=0.3),
}


def seeded(seed: int = 7) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(
    n: int = 6, c: int = 3, h: int = 12, w: int = 10, dtype: torch.dtype = torch.float64
) -> torch.Tensor:
    return torch.rand(n, c, h, w, generator=seeded(3), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@given(generator=generators(), channels=st.sampled_from([1, 3]), height=st.integers(4, 14))
def test_the_generator_is_the_only_randomness(
    name: str, generator: torch.Generator, channels: int, height: int
) -> None:
    images, augment = pictures(3, channels, height), AUGMENTATIONS[name]
    before, state, globally = images.clone(), generator.get_state(), torch.get_rng_state()
    first = augment(images, generator=generator)
    moved_on = generator.get_state()
    again = augment(images, generator=generator)
    generator.set_state(state)
    assert augment(images, generator=generator).equal(first)
    assert not moved_on.equal(state)
    assert not again.equal(first) or name in ("rand_augment", "cut_out", "weak")  # may draw the same twice
    assert torch.get_rng_state().equal(globally)
    assert images.equal(before)
    assert first.min() >= -1e-12  # a hue turned by arithmetic, not by a table, may miss 0 by a rounding
    assert first.max() <= 1


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_single_and_double_precision_draw_the_same(name: str) -> None:
    # Solarizing, posterizing and equalizing jump; with this seed no value lies on an edge.
    double = AUGMENTATIONS[name](pictures(40), generator=seeded())
    single = AUGMENTATIONS[name](pictures(40, dtype=torch.float32), generator=seeded())
    assert single.dtype == torch.float32
    differing = (single.double() - double).abs().amax(dim=(1, 2, 3)) > 1e-4
    assert int(differing.sum()) == 0


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_every_image_draws_for_itself(name: str) -> None:
    same = pictures(1).expand(30, -1, -1, -1)
    different = {tuple(x.flatten().tolist()) for x in AUGMENTATIONS[name](same, generator=seeded())}
    assert len(different) > 10


# ---------------------------------------------------------------------------------------- weak, strong


def test_weak_without_flip_and_shift_changes_nothing() -> None:
    images = pictures()
    assert aug.weak(images, generator=seeded(), flip_probability=0, max_shift=0).equal(images)
    assert aug.weak(images, generator=seeded(), flip_probability=1, max_shift=0).equal(images.flip(-1))


def test_weak_draws_every_shift_equally_often() -> None:
    """5 x 7 shifts of a 16 x 24 image, 140 per shift: Pearson's statistic against its 1e-6 quantile."""
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(24.0), indexing="ij")
    images = ((y * 24 + x) / 384).expand(4900, 1, 16, 24)
    shifted = aug.weak(images, generator=seeded(), flip_probability=0, max_shift=0.125)
    centre = (shifted[:, 0, 8, 12] * 384).round().long()
    down, right = 8 - centre // 24, 12 - centre % 24
    assert sorted(set(down.tolist())) == [-2, -1, 0, 1, 2]
    assert sorted(set(right.tolist())) == [-3, -2, -1, 0, 1, 2, 3]
    counts = torch.bincount((down + 2) * 7 + right + 3, minlength=35).double()
    assert float(((counts - 140) ** 2 / 140).sum()) < 87.8  # chi-square, 34 degrees of freedom


def test_flips_come_as_often_as_asked() -> None:
    images = torch.arange(4.0).div(4).expand(2000, 1, 1, 4)
    flipped = aug.weak(images, generator=seeded(), flip_probability=0.3, max_shift=0)[:, 0, 0, 0] > 0
    assert abs(float(flipped.double().mean()) - 0.3) < 5 * math.sqrt(0.3 * 0.7 / 2000)


def test_rand_augment_draws_operations_and_strengths_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    def marked(mark: float) -> Callable[..., Any]:
        return lambda x, s, fill: x * 0 + mark + s.reshape(-1, 1, 1, 1)

    table = {str(k): (marked(0.1 + 0.3 * k), 0.05, 0.15) for k in range(3)}
    monkeypatch.setattr(aug, "RANDAUGMENT", table)
    values = aug.rand_augment(torch.zeros(3000, 1, 2, 2).double(), generator=seeded(), n_operations=1)[
        :, 0, 0, 0
    ]
    chosen = ((values - 0.1) / 0.3).floor().long()
    shares = torch.bincount(chosen, minlength=3) / 3000
    assert_close(shares.double(), torch.full((3,), 1 / 3, dtype=torch.float64), rtol=0, atol=0.045)
    strength = values - 0.1 - 0.3 * chosen
    assert float(strength.min()) == pytest.approx(0.05, abs=1e-3)
    assert float(strength.max()) == pytest.approx(0.15, abs=1e-3)
    assert float(strength.mean()) == pytest.approx(0.1, abs=0.003)


def test_rand_augment_applies_its_operations_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aug, "RANDAUGMENT", {"halve": (lambda x, s, fill: x / 2, 0, 1)})
    images = pictures()
    assert_close(aug.rand_augment(images, generator=seeded(), n_operations=3), images / 8)


@pytest.mark.parametrize("name", aug.RANDAUGMENT)
def test_each_operation_of_rand_augment_keeps_shape_dtype_and_range(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aug, "RANDAUGMENT", {name: aug.RANDAUGMENT[name]})
    for channels in (1, 3):
        images = pictures(c=channels, dtype=torch.float32)
        result = aug.rand_augment(images, generator=seeded(), n_operations=1)
        assert (result.shape, result.dtype) == (images.shape, images.dtype)
        # A grey image has no colour, and 120 pixels are too few for equalize's 256 levels.
        idle = name in ("identity", "equalize") or (name, channels) == ("colour", 1)
        assert result.equal(images) == idle


# ---------------------------------------------------------------------------------------- crops, colours


@given(generators(), st.integers(4, 40), st.integers(4, 40), st.floats(0.05, 1), st.floats(0.05, 1))
def test_boxes_fit_and_have_the_area_and_aspect_asked_for(
    generator: torch.Generator, height: int, width: int, one: float, other: float
) -> None:
    area = (min(one, other), max(one, other))
    boxes = aug.draw_boxes(torch.empty(20, 1, height, width), area, (0.5, 1.5), generator)
    for top, left, h, w in boxes.tolist():
        assert 0 <= top <= top + h <= height
        assert 0 <= left <= left + w <= width
        assert h >= 1
        assert w >= 1
        largest = h == height or w == width  # the box taken where none of the ten fits
        assert largest or (h - 1) * (w - 1) <= area[1] * height * width + 1
        assert largest or (h + 1) * (w + 1) >= area[0] * height * width - 1
        assert (w - 1) / (h + 1) <= 1.5
        assert (w + 1) / max(h - 1, 0.1) >= 0.5


def test_the_largest_box_is_taken_where_none_fits() -> None:
    boxes = aug.draw_boxes(torch.empty(4, 1, 10, 50), (1.0, 1.0), (0.5, 2.0), seeded())
    assert boxes.tolist() == [[0, 15, 10, 20]] * 4


def test_boxes_lie_everywhere() -> None:
    boxes = aug.draw_boxes(torch.empty(4000, 1, 8, 8), (0.25, 0.25), (1.0, 1.0), seeded())
    counts = torch.bincount(boxes[:, 0] * 5 + boxes[:, 1], minlength=25).double()
    assert boxes[:, 2:].unique().tolist() == [4]
    assert float(((counts - 160) ** 2 / 160).sum()) < 73.0  # chi-square, 24 degrees of freedom, 1e-6


def test_the_whole_image_is_a_crop_that_changes_nothing() -> None:
    images = pictures(h=9, w=9)
    same = aug.random_crop(images, generator=seeded(), area=(1, 1), aspect=(1, 1))
    assert_close(same, images, rtol=0, atol=1e-9)
    assert aug.random_crop(images, generator=seeded(), size=5).shape == (6, 3, 5, 5)


def test_jitter_of_reach_zero_changes_nothing() -> None:
    images = pictures()
    assert_close(
        aug.colour_jitter(images, generator=seeded(), jitter=(0, 0, 0, 0)), images, rtol=0, atol=1e-9
    )


def test_jitter_reaches_as_far_as_asked() -> None:
    images = torch.full((4000, 3, 1, 1), 0.4, dtype=torch.float64)  # grey: only brightness shows
    factor = aug.colour_jitter(images, generator=seeded(), jitter=(0.5, 0.9, 0.9, 0.5))[:, 0, 0, 0] / 0.4
    assert float(factor.min()) == pytest.approx(0.5, abs=2e-3)
    assert float(factor.max()) == pytest.approx(1.5, abs=2e-3)
    assert float(factor.mean()) == pytest.approx(1.0, abs=0.03)


def test_jitter_draws_its_order() -> None:
    """Brightness clips, so its place before or after the hue shows: on 200 copies both orders occur."""
    image = torch.tensor([0.9, 0.3, 0.1]).double().reshape(1, 3, 1, 1).expand(200, 3, 1, 1)
    generator = seeded()
    results = aug.colour_jitter(image, generator=generator, jitter=(0.0, 0.0, 1.0, 0.5))
    replay = seeded()
    strengths = [aug.uniform(1 - j, 1 + j, image, replay) for j in (0.0, 0.0, 1.0)]
    turn = aug.uniform(-0.5, 0.5, image, replay)
    first = image_operations.hue(image_operations.saturation(image, strengths[2]), turn)
    last = image_operations.saturation(image_operations.hue(image, turn), strengths[2])
    as_first = (results - first).abs().amax(dim=(1, 2, 3)) < 1e-9
    as_last = (results - last).abs().amax(dim=(1, 2, 3)) < 1e-9
    assert bool((as_first | as_last).all())
    assert 60 < int((as_first & ~as_last).sum()) < 140


def test_a_view_with_everything_switched_off_is_the_image() -> None:
    images = pictures(h=8, w=8)
    view = aug.simclr_view(
        images,
        generator=seeded(),
        area=(1.0, 1.0),
        flip_probability=0,
        jitter_probability=0,
        grey_probability=0,
        blur_probability=0,
    )
    # A square box of the whole area is the only one that fits; an aspect of its own draws others.
    assert view.shape == images.shape
    assert_close(view, images, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("option", "changed"),
    [
        ("flip_probability", lambda x: x.flip(-1)),
        ("grey_probability", lambda x: image_operations.grey(x).expand_as(x)),
        ("solarize_probability", lambda x: torch.where(x < 0.5, x, 1 - x)),
    ],
)
def test_each_part_of_a_view_comes_with_its_probability(option: str, changed: Callable[..., Any]) -> None:
    image = pictures(1, h=6, w=6)
    images = image.expand(1500, -1, -1, -1)
    off: dict[str, Any] = {
        f"{part}_probability": 0.0 for part in ("flip", "jitter", "grey", "blur", "solarize")
    }
    views = aug.simclr_view(images, generator=seeded(), area=(1.0, 1.0), **{**off, option: 0.35})
    is_changed = (views - changed(image)).abs().amax(dim=(1, 2, 3)) < 1e-9
    is_same = (views - image).abs().amax(dim=(1, 2, 3)) < 1e-9
    assert bool((is_changed ^ is_same).all())
    assert abs(float(is_changed.double().mean()) - 0.35) < 5 * math.sqrt(0.35 * 0.65 / 1500)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: aug.weak(torch.ones(2, 2, 4, 4), generator=g), r"pass \(n, c, h, w\) with c = 1 or c = 3"),
        (
            lambda g: aug.weak(torch.ones(4, 4), generator=g),
            r"images has shape \(4, 4\): pass \(n, c, h, w\)",
        ),
        (lambda g: aug.strong(torch.ones(1, 1, 4, 4).long(), generator=g), "pass a floating dtype"),
        (
            lambda g: aug.weak(pictures(), generator=g, max_shift=1.5),
            "max_shift is 1.5: pass a number from 0 to 1",
        ),
        (
            lambda g: aug.rand_augment(pictures(), generator=g, n_operations=0),
            "n_operations is 0: pass an integer",
        ),
        (
            lambda g: aug.random_crop(pictures(), generator=g, area=(0.5, 1.2)),
            "area is .*: pass .* high <= 1",
        ),
        (lambda g: aug.random_crop(pictures(), generator=g, aspect=(2, 1)), "aspect is .*: pass"),
        (lambda g: aug.colour_jitter(pictures(), generator=g, jitter=(1, 1, 1, 0.6)), "hue up to 0.5"),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(seeded())
