"""Operations on images: the Python Imaging Library, loops and exact special cases as second derivations."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps
from torch.nn import functional
from torch.testing import assert_close

from reference import image_operations as op
from tests.reference.strategies import generators


@st.composite
def image_batches(draw: st.DrawFn, channels: tuple[int, ...] = (1, 3), least: int = 3) -> torch.Tensor:
    """Images (n, c, h, w) in float64 whose values are multiples of 1/255; h and w differ now and then."""
    shape = (draw(st.integers(1, 3)), draw(st.sampled_from(channels)), draw(st.integers(least, 9)))
    return (
        torch.randint(256, (*shape, draw(st.integers(least, 9))), generator=draw(generators())).double() / 255
    )


def strengths(images: torch.Tensor, low: float, high: float, seed: int) -> torch.Tensor:
    return (
        low + (high - low) * torch.rand(len(images), generator=torch.Generator().manual_seed(seed)).double()
    )


def to_pil(image: torch.Tensor) -> Image.Image:
    levels = (image * 255).round().to(torch.uint8)
    return Image.fromarray((levels[0] if len(levels) == 1 else levels.permute(1, 2, 0)).contiguous().numpy())


def from_pil(image: Image.Image) -> torch.Tensor:
    levels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).double() / 255
    return levels.reshape(image.height, image.width, -1).permute(2, 0, 1)


BY_PIL = {
    "brightness": (op.brightness, lambda x, s: ImageEnhance.Brightness(x).enhance(s), 0.1, 1.9),
    "contrast": (op.contrast, lambda x, s: ImageEnhance.Contrast(x).enhance(s), 0.1, 1.9),
    "saturation": (op.saturation, lambda x, s: ImageEnhance.Color(x).enhance(s), 0.1, 1.9),
    "sharpness": (op.sharpness, lambda x, s: ImageEnhance.Sharpness(x).enhance(s), 0.1, 1.9),
    "autocontrast": (lambda x, _: op.autocontrast(x), lambda x, _: ImageOps.autocontrast(x), 0, 1),
}


@pytest.mark.parametrize("name", BY_PIL)
@given(images=image_batches(), seed=st.integers(0, 99))
def test_enhancements_agree_with_the_imaging_library_to_its_rounding(
    name: str, images: torch.Tensor, seed: int
) -> None:
    ours, theirs, low, high = BY_PIL[name]
    factor = strengths(images, low, high, seed)
    expected = torch.stack(
        [from_pil(theirs(to_pil(x), float(s))) for x, s in zip(images, factor, strict=True)]
    )
    # The library rounds the degenerate image and the result to 256 levels: at most two roundings up or down.
    assert_close(ours(images, factor), expected, rtol=0, atol=2.01 / 255)


@given(image_batches(), st.integers(1, 8), st.integers(0, 255))
def test_posterize_and_solarize_agree_exactly(images: torch.Tensor, bits: int, level: int) -> None:
    posterized = op.posterize(images, torch.full((len(images),), bits, dtype=torch.float64))
    solarized = op.solarize(images, torch.full((len(images),), (level - 0.5) / 255, dtype=torch.float64))
    for image, p, s in zip(images, posterized, solarized, strict=True):
        assert_close(p, from_pil(ImageOps.posterize(to_pil(image), bits)), rtol=0, atol=1e-12)
        assert_close(s, from_pil(ImageOps.solarize(to_pil(image), level)), rtol=0, atol=1e-12)


def test_solarize_inverts_the_threshold_itself() -> None:
    images = torch.tensor([0.25, 0.5, 0.75]).reshape(1, 1, 1, 3)
    assert op.solarize(images, torch.tensor([0.75])).flatten().tolist() == [0.25, 0.5, 0.25]
    assert op.solarize(images, torch.tensor([0.7501])).equal(images)


@given(image_batches(least=1), generators())
def test_equalize_agrees_exactly(images: torch.Tensor, generator: torch.Generator) -> None:
    tile = torch.randint(256, (2, 1, 40, 30), generator=generator).double() / 255  # more pixels than levels
    for batch in (images, tile, (tile / 4 * 255).round() / 255):
        for image, flat in zip(batch, op.equalize(batch), strict=True):
            assert_close(flat, from_pil(ImageOps.equalize(to_pil(image))), rtol=0, atol=1e-12)


@given(image_batches(channels=(3,), least=1), st.floats(-1.5, 1.5))
def test_colours_turn_as_in_colorsys(images: torch.Tensor, turn: float) -> None:
    hsv, turned = op.rgb_to_hsv(images), op.hue(images, torch.full((len(images),), turn, dtype=torch.float64))
    pixels = [x.permute(0, 2, 3, 1).reshape(-1, 3).tolist() for x in (images, hsv, turned)]
    for rgb, ours, after in zip(*pixels, strict=True):
        h, s, v = colorsys.rgb_to_hsv(*rgb)
        assert ours == pytest.approx([h, s, v])
        assert after == pytest.approx(colorsys.hsv_to_rgb((h + turn) % 1, s, v), abs=1e-9)


@given(image_batches(channels=(3,), least=1))
def test_a_third_of_a_turn_permutes_the_channels(images: torch.Tensor) -> None:
    third = torch.full((len(images),), 1 / 3, dtype=torch.float64)
    assert_close(op.hue(images, third), images.roll(1, dims=1))
    assert_close(op.hsv_to_rgb(op.rgb_to_hsv(images)), images)


ENHANCEMENTS = [op.brightness, op.contrast, op.saturation, op.sharpness]


@pytest.mark.parametrize("operation", ENHANCEMENTS)
@given(images=image_batches())
def test_factor_one_changes_nothing(operation: Callable[..., Any], images: torch.Tensor) -> None:
    assert_close(operation(images, torch.ones(len(images)).double()), images)


# ------------------------------------------------------------------------------------------------- warps


def read(image: torch.Tensor, x: float, y: float, fill: float) -> list[float]:
    """Bilinear interpolation at pixel (x, y), fill outside: a loop over the four neighbours."""
    value = [0.0] * len(image)
    for i in (math.floor(y), math.floor(y) + 1):
        for j in (math.floor(x), math.floor(x) + 1):
            weight = (1 - abs(y - i)) * (1 - abs(x - j))
            inside = 0 <= i < image.shape[1] and 0 <= j < image.shape[2]
            for k in range(len(image)):
                value[k] += weight * (float(image[k, i, j]) if inside else fill)
    return value


WARPS = {
    "rotate": (op.rotate, 70, lambda s, x, y, h, w: (
        math.cos(math.radians(s)) * x - math.sin(math.radians(s)) * y,
        math.sin(math.radians(s)) * x + math.cos(math.radians(s)) * y,
    )),
    "shear_x": (op.shear_x, 0.8, lambda s, x, y, h, w: (x + s * y, y)),
    "shear_y": (op.shear_y, 0.8, lambda s, x, y, h, w: (x, y + s * x)),
    "translate_x": (op.translate_x, 0.5, lambda s, x, y, h, w: (x + s * w, y)),
    "translate_y": (op.translate_y, 0.5, lambda s, x, y, h, w: (x, y + s * h)),
}  # fmt: skip


@pytest.mark.parametrize("name", WARPS)
@given(images=image_batches(least=2), seed=st.integers(0, 99))
def test_warps_read_where_their_formula_says(name: str, images: torch.Tensor, seed: int) -> None:
    warp, reach, source = WARPS[name]
    strength = strengths(images, -reach, reach, seed)
    height, width = images.shape[2:]
    warped = warp(images, strength, 0.3)
    for image, after, s in zip(images, warped, strength.tolist(), strict=True):
        for i, j in [(0, 0), (height - 1, width // 2), (height // 2, width - 1)]:
            x, y = source(s, j - (width - 1) / 2, i - (height - 1) / 2, height, width)
            expected = read(image, x + (width - 1) / 2, y + (height - 1) / 2, 0.3)
            assert after[:, i, j].tolist() == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 3), st.integers(2, 7), generators())
def test_quarter_turns_are_rotations_by_ninety_degrees(n: int, side: int, generator: torch.Generator) -> None:
    images = torch.rand(n, 3, side, side, generator=generator).double()
    turns = torch.randint(-4, 5, (n,), generator=generator)
    turned = op.quarter_turns(images, turns)
    assert_close(turned, op.rotate(images, 90.0 * turns.double(), 0.5), rtol=0, atol=1e-9)
    for image, after, k in zip(images, turned, turns.tolist(), strict=True):
        assert after.equal(torch.rot90(image, k, dims=(1, 2)))


@given(image_batches(least=1), generators())
def test_shift_reflects_at_the_border(images: torch.Tensor, generator: torch.Generator) -> None:
    n, _, height, width = images.shape
    down, right = (torch.randint(-12, 13, (n,), generator=generator) for _ in range(2))
    moved = op.shift(images, down, right)

    def mirror(i: int, length: int) -> int:
        while not 0 <= i < length:
            i = 0 if length == 1 else (-i if i < 0 else 2 * (length - 1) - i)
        return i

    for k in range(n):
        for i in range(height):
            for j in range(width):
                source = images[k, :, mirror(i - int(down[k]), height), mirror(j - int(right[k]), width)]
                assert moved[k, :, i, j].equal(source)


@given(image_batches(least=2), generators(), st.integers(0, 6))
def test_cut_out_fills_a_square_and_nothing_else(
    images: torch.Tensor, generator: torch.Generator, side: int
) -> None:
    n, _, height, width = images.shape
    y, x = torch.randint(height, (n,), generator=generator), torch.randint(width, (n,), generator=generator)
    result = op.cut_out(images, y, x, side, 2.0)
    for k in range(n):
        top, left = int(y[k]) - side // 2, int(x[k]) - side // 2
        for i in range(height):
            for j in range(width):
                inside = top <= i < top + side and left <= j < left + side
                expected = torch.full_like(images[k, :, i, j], 2.0) if inside else images[k, :, i, j]
                assert result[k, :, i, j].equal(expected)


@given(image_batches(least=1), generators(), st.integers(1, 8), st.integers(1, 8))
def test_crop_and_resize_equals_cropping_then_interpolating(
    images: torch.Tensor, generator: torch.Generator, rows: int, columns: int
) -> None:
    n, _, height, width = images.shape
    box_h = torch.randint(1, height + 1, (n,), generator=generator)
    box_w = torch.randint(1, width + 1, (n,), generator=generator)
    top = (torch.rand(n, generator=generator) * (height - box_h + 1)).long()
    left = (torch.rand(n, generator=generator) * (width - box_w + 1)).long()
    result = op.crop_and_resize(images, torch.stack([top, left, box_h, box_w], dim=1), (rows, columns))
    for k in range(n):
        crop = images[k : k + 1, :, top[k] : top[k] + box_h[k], left[k] : left[k] + box_w[k]]
        expected = functional.interpolate(crop, size=(rows, columns), mode="bilinear")
        assert_close(result[k : k + 1], expected, rtol=0, atol=1e-9)


@given(image_batches(least=4), st.integers(0, 99))
def test_blur_is_a_weighted_mean_of_reflected_neighbours(images: torch.Tensor, seed: int) -> None:
    sigma = strengths(images, 0.2, 3, seed)
    blurred = op.gaussian_blur(images, sigma, 5)
    padded = functional.pad(images, (2, 2, 2, 2), mode="reflect")
    for k, s in enumerate(sigma.tolist()):
        weights = [math.exp(-(i * i + j * j) / (2 * s * s)) for i in range(-2, 3) for j in range(-2, 3)]
        for i, j in [(0, 0), (1, images.shape[3] - 1), (images.shape[2] - 1, 2)]:
            patch = padded[k, :, i : i + 5, j : j + 5].flatten(1).tolist()
            expected = [math.fsum(map(math.prod, zip(weights, row, strict=True))) for row in patch]
            assert blurred[k, :, i, j].tolist() == pytest.approx([e / math.fsum(weights) for e in expected])


@given(image_batches(least=3))
def test_gradient_energy_of_a_ramp_is_its_squared_slope(images: torch.Tensor) -> None:
    height, width = images.shape[2:]
    ramp = 0.2 * torch.arange(height).double()[:, None] - 0.5 * torch.arange(width).double()
    energy = op.gradient_energy(ramp.expand_as(images))
    assert_close(energy, torch.full_like(energy, 0.2**2 + 0.5**2))


EACH = {
    "brightness": op.brightness,
    "contrast": op.contrast,
    "saturation": op.saturation,
    "sharpness": op.sharpness,
    "hue": op.hue,
    "solarize": op.solarize,
    "posterize": lambda x, s: op.posterize(x, 8 * s),
    "autocontrast": lambda x, _: op.autocontrast(x),
    "equalize": lambda x, _: op.equalize(x),
    "rotate": lambda x, s: op.rotate(x, 90 * s, 0.5),
    "shear_x": lambda x, s: op.shear_x(x, s, 0.5),
    "translate_y": lambda x, s: op.translate_y(x, s, 0.5),
    "flip": lambda x, s: op.flip(x, s > 0.5),
    "blur": lambda x, s: op.gaussian_blur(x, s + 0.1, 3),
    "grey": lambda x, _: op.grey(x),
}


@pytest.mark.parametrize("name", EACH)
@given(images=image_batches(), seed=st.integers(0, 99))
def test_an_image_does_not_depend_on_its_batch_and_is_not_modified(
    name: str, images: torch.Tensor, seed: int
) -> None:
    strength, before = strengths(images, 0, 1, seed), images.clone()
    together = EACH[name](images, strength)
    alone = [EACH[name](images[k : k + 1], strength[k : k + 1]) for k in range(len(images))]
    assert_close(together, torch.cat(alone), rtol=0, atol=1e-12)
    assert images.equal(before)
    assert EACH[name](images.float(), strength.float()).dtype == torch.float32
