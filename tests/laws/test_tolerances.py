"""Right programs differ by less than the bounds, and the bounds stay far below what a mistake changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.laws import tolerances

SIZES = [(1, 1, 1), (4, 5, 3), (30, 30, 8), (100, 20, 64), (30, 5, 1600)]  # queries, classes, features
DTYPES = [np.float32, np.float64]
SCALES = [1e-3, 0.3, 3.0, 30.0]


def expanded(q: Tensor, c: Tensor) -> Tensor:
    return (q * q).sum(1, keepdim=True) - 2 * q @ c.T + (c * c).sum(1)


def one_by_one(q: Tensor, c: Tensor) -> Tensor:
    rows = [torch.stack([F.pairwise_distance(one[None], each[None])[0] ** 2 for each in c]) for one in q[:8]]
    return torch.stack(rows)


STYLES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "broadcast": lambda q, c: ((q[:, None] - c[None]) ** 2).sum(-1),
    "cdist": lambda q, c: torch.cdist(q, c) ** 2,
    "cdist without products": lambda q, c: (
        torch.cdist(q, c, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    ),
    "expanded": expanded,
    "pairwise_distance": one_by_one,
}


def points(
    size: tuple[int, int, int], dtype: type, scale: float, offset: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    source = np.random.default_rng(sum(size))
    q, c, d = size
    return tuple((offset + scale * source.normal(size=(n, d))).astype(dtype) for n in (q, c))  # type: ignore[return-value]


def exact(q: np.ndarray, c: np.ndarray) -> np.ndarray:
    wide = (q[:, None].astype(np.longdouble) - c[None].astype(np.longdouble)) ** 2
    return np.asarray(wide.sum(-1), dtype=np.float64)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_squared_distances_of_every_style_are_within_the_bound(style: str, dtype: type) -> None:
    for size in SIZES:
        for scale in SCALES:
            q, c = points(size, dtype, scale, offset=scale)
            found = STYLES[style](torch.from_numpy(q), torch.from_numpy(c)).numpy()
            off = np.abs(found - exact(q, c)[: len(found)]).max()
            assert off <= tolerances.of_squared_distance(q, c), (size, scale)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_probabilities_of_every_style_are_within_the_bound(style: str, dtype: type) -> None:
    for size in SIZES:
        q, c = points(size, dtype, size[2] ** -0.5)
        found = F.softmax(-STYLES[style](torch.from_numpy(q), torch.from_numpy(c)), 1).numpy()
        logits = -exact(q, c)[: len(found)]
        right = np.exp(logits - logits.max(1, keepdims=True))
        right /= right.sum(1, keepdims=True)
        assert np.abs(found - right).max() <= tolerances.of_probability(q, c)
        odds = np.abs(np.log(found / found[:, :1]) - (logits - logits[:, :1]))
        assert odds.max() <= tolerances.of_log_odds(q, c)


def sums(x: Tensor) -> Tensor:
    total = torch.zeros_like(x[0])
    for row in x:
        total += row
    return total / len(x)


@pytest.mark.parametrize(
    "mean",
    [
        lambda x: x.mean(0),
        sums,
        lambda x: torch.ones(1, len(x), dtype=x.dtype) @ x / len(x),
        lambda x: (x / len(x)).flip(0).sum(0),
    ],
    ids=["mean", "one by one", "matrix", "divided first"],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_means_of_every_style_are_within_the_bound(mean: Callable[[Tensor], Tensor], dtype: type) -> None:
    source = np.random.default_rng(1)
    for count in (1, 2, 40, 1000):
        x: np.ndarray = (5 + 3 * source.normal(size=(count, 64))).astype(dtype)
        off = np.abs(mean(torch.from_numpy(x)).numpy().reshape(-1) - x.astype(np.longdouble).mean(0)).max()
        assert off <= tolerances.of_mean(x)


def test_bounds_stay_far_below_what_a_mistake_changes() -> None:
    """In float64, where the laws run: a forgotten square, root or factor is seen by orders of magnitude."""
    q, c = points((4, 5, 4), np.float64, 1.0)
    assert tolerances.of_squared_distance(q, c) < 1e-3 * exact(q, c).min()
    assert tolerances.of_probability(q, c) < 1e-3
    assert tolerances.of_mean(q) < 1e-12
    assert tolerances.of_prototype(q) < 1e-7 * np.abs(q).max()


def test_bounds_follow_the_dtype_and_the_magnitude() -> None:
    wide, small = points((4, 5, 4), np.float64, 1.0), points((4, 5, 4), np.float32, 1.0)
    assert tolerances.of_mean(small[0]) > 1e8 * tolerances.of_mean(wide[0])
    assert tolerances.of_mean(100 * wide[0]) > 30 * tolerances.of_mean(wide[0])
    assert tolerances.of_squared_distance(
        100 * small[0], 100 * small[1]
    ) > 1e3 * tolerances.of_squared_distance(*small)
    assert tolerances.of_mean(wide[0], 400) > 10 * tolerances.of_mean(wide[0], 1)


def test_bounds_of_nothing_are_finite() -> None:
    empty = np.zeros((0, 3))
    assert np.isfinite([tolerances.of_mean(empty), tolerances.of_squared_distance(empty, empty)]).all()


def test_a_vector_without_a_direction_has_no_bound() -> None:
    with pytest.raises(ValueError, match="has no direction"):
        tolerances.of_direction(np.ones((2, 3)), np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert np.isfinite(tolerances.of_direction(np.zeros((0, 3)), np.ones((1, 3))))
