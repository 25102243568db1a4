"""Sketches of answers: what differs by rounding is rounded alike, always; what differs is not."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.runner.naming.aspects import Piece
from autograder.runner.naming.sketches import ABSENT, STEP, Sketch, grids, rounded, sketch

EPS = float(np.finfo(np.float32).eps)


def piece(numbers: object, eps: float = EPS) -> Piece:
    return Piece(numbers=np.asarray(numbers, dtype=np.float64), eps=eps)


@pytest.mark.parametrize("seed", range(40))
def test_what_differs_by_rounding_is_rounded_alike(seed: int) -> None:
    draws = np.random.default_rng(seed)
    numbers = draws.normal(size=tuple(draws.integers(1, 9, size=2))) * 10.0 ** draws.integers(-3, 4)
    first = sketch(piece(numbers))
    marks = grids([first])
    for _ in range(25):
        other = sketch(piece(numbers * (1 + 3e-5 * draws.uniform(-1, 1, numbers.shape))))
        assert rounded([other], marks) == rounded([first], marks)


def test_plain_rounding_would_not_do() -> None:
    """0.5 lies on a border of the first grid: a digest of it would differ from machine to machine."""
    border = Sketch("", (7.0,))
    sides = [Sketch("", (7.0 + side,)) for side in (-1e-9, 1e-9)]
    assert rounded([sides[0]], "0") != rounded([sides[1]], "0")
    assert {rounded([each], grids([border])) for each in sides} == {rounded([border], grids([border]))}


@pytest.mark.parametrize(
    "other",
    [[0.2, 0.3, 0.5], [0.5, 0.2, 0.31], [0.5, 0.2], [[0.5, 0.2, 0.3]], [1.0, 0.4, 0.6], [-0.5, -0.2, -0.3]],
)
def test_other_numbers_another_order_shape_or_size_are_something_else(other: object) -> None:
    first, second = sketch(piece([0.5, 0.2, 0.3])), sketch(piece(other))
    assert not first.near(second, 1.0)
    assert rounded([first], grids([first])) != rounded([second], grids([first]))


def test_whole_numbers_have_to_be_equal_and_coarse_ones_are_not_compared() -> None:
    assert sketch(piece([1000, 2], 0.0)) != sketch(piece([1001, 2], 0.0))
    assert sketch(piece([1.0, 2.0], 2.0**-8)) == sketch(piece([1.0, 2.1], 2.0**-8))


def test_what_is_not_finite_has_its_place_and_rounding_noise_is_zero() -> None:
    assert sketch(piece([1.0, np.nan])) != sketch(piece([np.nan, 1.0]))
    assert sketch(piece([np.inf])) != sketch(piece([-np.inf]))
    assert sketch(piece([1e-9, 0.0])) == sketch(piece([0.0, -1e-12]))
    assert sketch(None) is ABSENT


def test_no_entry_can_be_read_off() -> None:
    """Four numbers for a whole array: its size, and how it lies to three directions."""
    assert len(sketch(piece(np.linspace(0, 1, 100))).numbers) == 4
    assert all(abs(x * STEP) < 10 for x in sketch(piece(np.linspace(0, 1, 100))).numbers)
