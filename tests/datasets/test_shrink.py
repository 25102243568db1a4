from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from autograder.datasets.shrink import area_weights, checked_size, ink_of_png, shrink
from autograder.errors import DataError
from tests.datasets.conftest import Maker


@pytest.mark.parametrize("size", [8, 20, 28, 35, 105])
def test_a_small_pixel_is_the_mean_of_what_it_covers(size: int) -> None:
    # The same by counting: each large pixel cut into 840 slices, which every size here divides evenly into.
    slices = 840
    owner = np.arange(105 * slices) * size // (105 * slices)
    counted = np.zeros((size, 105))
    np.add.at(counted, (owner, np.arange(105 * slices) // slices), 1)
    expected = counted / counted.sum(axis=1, keepdims=True)
    assert area_weights(105, size).numpy() == pytest.approx(expected, abs=1e-6)


def test_no_ink_is_lost() -> None:
    ink = np.random.default_rng(0).integers(0, 2, (3, 105, 105)).astype(np.uint8) * 255
    small = shrink(ink, 28)
    assert small.shape == (3, 1, 28, 28)
    assert small.dtype == torch.float32
    assert small.mean(dim=(1, 2, 3)).numpy() == pytest.approx(ink.mean(axis=(1, 2)) / 255, rel=1e-5)


def test_a_thin_stroke_stays_in_one_piece() -> None:
    ink = np.zeros((1, 105, 105), dtype=np.uint8)
    ink[0, np.arange(105), np.arange(105)] = 255
    assert float(shrink(ink, 28)[0, 0].diagonal().min()) > 0.2


def test_full_size_is_the_drawing_itself() -> None:
    ink = np.random.default_rng(1).integers(0, 2, (2, 105, 105)).astype(np.uint8) * 255
    assert torch.equal(shrink(ink, 105)[:, 0], torch.from_numpy(ink // 255).float())


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_black_on_white_is_ink(make: Maker, mode: str) -> None:
    drawn = make.stroke(40)
    assert (ink_of_png(make.png(drawn, mode)) == np.where(drawn, 255, 0)).all()


def _png(width: int, height: int, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("1", (width, height)).save(stream, format=kind)
    return stream.getvalue()


def _cut(png: bytes) -> bytes:
    return png[: len(png) // 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no PNG"),
        (b"<html>404</html>", "is no PNG"),
        (_png(105, 105, "BMP"), "is no PNG"),
        (_png(28, 28), "has 28x28 pixels instead of 105x105"),
        (_png(20_000, 20_000), "pixels"),
        (_cut(_png(105, 105)), "damaged PNG|is no PNG"),
        (_png(105, 105)[:-30] + bytes(30), "damaged PNG"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_drawing_is_said(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ink_of_png(content)


@pytest.mark.parametrize("size", [7, 106, 28.0, True, "28"])
def test_impossible_sizes_are_refused(size: object) -> None:
    with pytest.raises(DataError, match="8 to 105"):
        checked_size(size)  # type: ignore[arg-type]
