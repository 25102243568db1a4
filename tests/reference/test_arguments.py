"""The shared argument checks accept what they say and explain what they refuse."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
import torch

from reference import _arguments
from reference._arguments import (
    expect_counts,
    expect_floating,
    expect_fraction,
    expect_integers,
    expect_positions,
    expect_positive,
    expect_shapes,
)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(_arguments).failed == 0


def test_letters_are_sizes() -> None:
    sizes = expect_shapes(tokens=(torch.ones(2, 3, 4), "b t d"), weight=(torch.ones(4, 7), "d v"))
    assert sizes == {"b": 2, "t": 3, "d": 4, "v": 7}


def test_leading_dots_stand_for_any_axes() -> None:
    for shape in ((4,), (2, 4), (3, 2, 4)):
        assert expect_shapes(features=(torch.ones(shape), "... d")) == {"d": 4}


@pytest.mark.parametrize(
    ("shape", "pattern", "message"),
    [
        ((3,), "n d", r"x has shape \(3,\): pass \(n, d\)$"),
        ((), "... d", r"x has shape \(\): pass \(\.\.\., d\)$"),
        ((3, 2), "n", r"x has shape \(3, 2\): pass \(n,\)$"),
        ((3, 2), "n 1", r"x has shape \(3, 2\): pass \(n, 1\)$"),
        ((3, 2), "n n", r"x has shape \(3, 2\): pass \(n, n\) with n = 3 throughout$"),
        ((0, 2), "n d", r"x has shape \(0, 2\): pass \(n, d\) with n of at least 1$"),
    ],
)
def test_a_wrong_shape_is_explained(shape: tuple[Any, ...], pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expect_shapes(x=(torch.ones(shape), pattern))


def test_kinds_of_numbers() -> None:
    expect_floating(x=torch.ones(2, dtype=torch.float16))
    expect_integers(x=torch.ones(2, dtype=torch.int32))
    with pytest.raises(ValueError, match=r"x has dtype torch.int64: pass a floating dtype"):
        expect_floating(x=torch.ones(2).long())
    for dtype in (torch.bool, torch.float32, torch.complex64):
        with pytest.raises(ValueError, match=rf"x has dtype {dtype}: pass integers"):
            expect_integers(x=torch.ones(2, dtype=dtype))


@pytest.mark.parametrize("value", [0, -1, 1.0, True, float("nan")])
def test_counts_are_integers_from_one(value: Any) -> None:
    with pytest.raises(ValueError, match=r"n_way is .*: pass an integer of at least 1"):
        expect_counts(n_way=value)


@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan")])
def test_positive_numbers(value: float) -> None:
    with pytest.raises(ValueError, match=r"lr is .*: pass a finite number above 0"):
        expect_positive(lr=value)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_fractions(value: float) -> None:
    with pytest.raises(ValueError, match=r"rate is .*: pass a number from 0 to 1"):
        expect_fraction(rate=value)


@pytest.mark.parametrize("values", [[-1, 0], [0, 3]])
def test_positions(values: list[int]) -> None:
    expect_positions(target=(torch.tensor([0, 2]), 3))
    with pytest.raises(ValueError, match=r"target holds values from .*: pass 0 to 2"):
        expect_positions(target=(torch.tensor(values), 3))
