"""Figures of a report, against other derivations of the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.statistics import discrimination, interval, quantile, spread, verdict_on

points = st.lists(st.integers(0, 20).map(lambda n: n / 4), min_size=1, max_size=40)


@given(values=points, share=st.floats(0, 1))
def test_quantiles_are_numpy_s(values: list[float], share: float) -> None:
    assert math.isclose(quantile(values, share), float(np.quantile(values, share)), abs_tol=1e-9)


@given(values=points)
def test_a_spread_is_numpy_s(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    assert (found.count, found.low, found.high) == (len(values), min(values), max(values))
    assert math.isclose(found.mean, float(np.mean(values)), abs_tol=1e-9)
    assert math.isclose(found.sd, float(np.std(values, ddof=1)) if len(values) > 1 else 0.0, abs_tol=1e-6)


@given(table=st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=3, max_size=30))
def test_discrimination_is_the_correlation_with_the_rest(table: list[tuple[int, int, int]]) -> None:
    items = np.array(table, dtype=float).T
    found = discrimination(items[0].tolist(), items.sum(axis=0).tolist())
    rest = items[1] + items[2]
    if items[0].std() == 0 or rest.std() == 0:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(items[0], rest)[0, 1], abs=1e-9)


def test_nothing_is_said_where_nothing_can_be() -> None:
    assert spread([]) is None
    assert discrimination([1.0, 2.0], [2.0, 4.0]) is None
    assert discrimination([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None


@pytest.mark.parametrize(
    ("value", "count", "word"),
    [
        (None, 100, "does not vary"),
        (0.9, 9, "too few submissions to tell"),
        (0.4, 2000, "very good"),
        (0.25, 2000, "fair"),
        (0.1, 2000, "weak"),
        (-0.1, 2000, "negative: look at this exercise"),
    ],
)
def test_a_discrimination_in_a_word(value: float | None, count: int, word: str) -> None:
    assert verdict_on(value, count) == word


@pytest.mark.parametrize(
    ("value", "count", "word"),
    [
        (-0.05, 18, "too few submissions to tell"),
        (0.35, 18, "too few submissions to tell"),
        (0.35, 100, "good"),
        (0.75, 18, "very good"),
        (-0.6, 18, "negative: look at this exercise"),
        (-0.05, 2000, "negative: look at this exercise"),
        (0.01, 2000, "weak"),
        (0.15, 2000, "weak"),
        (1.0, 18, "very good"),
        (0.9, 9, "too few submissions to tell"),
    ],
)
def test_no_verdict_where_chance_may_have_done_it(value: float, count: int, word: str) -> None:
    assert verdict_on(value, count) == word


@given(st.floats(-0.99, 0.99), st.integers(4, 5000))
def test_an_interval_holds_its_value_and_narrows(value: float, count: int) -> None:
    low, high = interval(value, count)
    assert -1 <= low <= value <= high <= 1
    narrower = interval(value, 4 * count)
    assert narrower[1] - narrower[0] < high - low


def test_the_interval_is_fishers() -> None:
    # r = 0.5, n = 28: z = 0.5493 +- 1.96 / 5
    assert interval(0.5, 28) == pytest.approx((0.1560, 0.7358), abs=1e-4)
