"""Points lie on the quarter grid, in all the shapes that laws need, and shrink towards nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from autograder.laws.strategies import Points, grids, points, rotations

DRAWN = settings(derandomize=True, database=None, deadline=None, max_examples=60)
FIND = settings(derandomize=True, database=None, deadline=None, max_examples=2_000)
REACH = settings(FIND, phases=[Phase.generate])  # is there one? it need not be small


@DRAWN
@given(st.data(), st.sampled_from([np.float32, np.float64]), st.sampled_from([0.5, 2.0, 4.0]))
def test_entries_are_quarters_within_the_bound(data: st.DataObject, dtype: type, bound: float) -> None:
    grid = data.draw(grids(2, 3, bound=bound, dtype=dtype))
    assert grid.shape == (2, 3)
    assert grid.dtype == dtype
    assert np.array_equal(grid * 4, np.round(grid * 4))
    assert np.abs(grid).max() <= bound


@pytest.mark.parametrize("bound", [-2.0, 2.0])
def test_the_ends_of_the_bound_are_reached(bound: float) -> None:
    assert find(grids(1, bound=2.0), lambda grid: grid[0] == bound, settings=FIND).tolist() == [bound]


def test_a_grid_shrinks_to_zeros() -> None:
    assert find(grids(2, 2), lambda grid: grid[1, 0] > 0.5, settings=FIND).tolist() == [[0, 0], [0.75, 0]]


@DRAWN
@given(points())
def test_queries_and_prototypes_share_their_features(drawn: Points) -> None:
    q, d = drawn.queries.shape
    c, e = drawn.prototypes.shape
    assert d == e
    assert 1 <= q <= 4
    assert 1 <= c <= 5
    assert 1 <= d <= 4
    assert drawn.pair == (drawn.queries, drawn.prototypes)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda p: len(p.queries) == 1 and len(p.prototypes) == 1,
        lambda p: len(p.queries) == 4 and len(p.prototypes) == 5 and p.queries.shape[1] == 4,
        lambda p: len(p.queries) == len(p.prototypes) > 1,
        lambda p: (p.queries[0] == p.prototypes[0]).all() and p.queries.any(),
    ],
    ids=["single ones", "the most", "as many queries as classes", "a query on a prototype"],
)
def test_cases_that_mistakes_need_are_reached(wanted: object) -> None:
    assert find(points(), wanted, settings=REACH)  # type: ignore[arg-type]


@DRAWN
@given(
    points(
        min_queries=2,
        max_queries=3,
        min_classes=3,
        max_classes=3,
        max_features=2,
        bound=1.0,
        dtype=np.float32,
    )
)
def test_limits_are_kept(drawn: Points) -> None:
    assert len(drawn.queries) in (2, 3)
    assert len(drawn.prototypes) == 3
    assert drawn.queries.shape[1] <= 2
    assert np.abs(drawn.queries).max() <= 1
    assert np.abs(drawn.prototypes).max() <= 1
    assert drawn.queries.dtype == drawn.prototypes.dtype == np.float32


@DRAWN
@given(points(distinct=True, min_classes=1))
def test_distinct_prototypes_differ(drawn: Points) -> None:
    assert len(np.unique(drawn.prototypes, axis=0)) == len(drawn.prototypes)
    assert np.abs(drawn.prototypes).max() <= 2


def test_prototypes_may_coincide_where_nothing_is_said() -> None:
    assert find(points(min_classes=2), lambda p: (p.prototypes[0] == p.prototypes[1]).all(), settings=REACH)


def test_the_magnitude_is_that_of_the_longest() -> None:
    assert Points(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[0.0, 2.0]])).magnitude == 29.0
    assert Points(np.zeros((0, 2)), np.zeros((0, 2))).magnitude == 0.0


@DRAWN
@given(st.integers(1, 4).flatmap(rotations))
def test_rotations_keep_lengths_and_angles(rotation: np.ndarray) -> None:
    assert np.allclose(rotation @ rotation.T, np.eye(len(rotation)), atol=1e-12)


def test_rotations_turn() -> None:
    assert find(rotations(2), lambda r: abs(r[0, 1]) > 0.5, settings=REACH).shape == (2, 2)
    assert np.allclose(find(rotations(3), lambda r: True, settings=FIND), np.eye(3))  # and shrink to none
