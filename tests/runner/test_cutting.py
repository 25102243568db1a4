"""A fixed large input is cut to the smallest size at which the law breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.laws import SupportSet, large_support
from autograder.laws.wording import WRITTEN
from autograder.runner.cutting import Cutter

DRAWN = [{"support": SupportSet(np.ones((4, 2)), np.array([0, 0, 1, 1]))}]
FIXED = {"support": large_support(30, 40, 64)}


@given(st.integers(1, 34), st.integers(2, 24), st.integers(2, 64))
def test_the_smallest_sizes_are_found(points: int, classes: int, features: int) -> None:
    def breaks(inputs: Any) -> bool:
        now = inputs["support"].sizes
        return bool(
            now["points in a class"] >= points and now["classes"] >= classes and now["features"] >= features
        )

    cutter = Cutter(breaks, 400, DRAWN)
    cut = cutter.cut(FIXED)
    sizes = cut["support"].sizes
    assert sizes == {"classes": classes, "points in a class": max(points, 2), "features": features}
    said = cutter.threshold(cut)
    assert (f"With {classes - 1} classes this law holds, with {classes} it is broken." in said) is (
        classes > 2
    )
    assert cutter.asked < 80


def test_sizes_that_the_check_draws_are_not_told_and_not_undercut() -> None:
    cutter = Cutter(lambda inputs: True, 400, DRAWN)
    inputs = cutter.cut(FIXED)
    assert inputs["support"].sizes == {"classes": 2, "points in a class": 2, "features": 2}
    assert cutter.threshold(inputs) == ""


def test_what_is_left_can_be_read() -> None:
    support = Cutter(lambda inputs: True, 400, DRAWN).cut(FIXED)["support"]
    assert np.array_equal(support.embeddings * 4, np.round(support.embeddings * 4))
    assert set(support.labels) == {0, 1}


def test_what_is_too_large_to_write_is_made_as_a_snippet_makes_it() -> None:
    cutter = Cutter(lambda inputs: inputs["support"].sizes["features"] > WRITTEN, 400, DRAWN)
    support = cutter.cut({"support": large_support(3, 4, 1600)})["support"]
    made = np.random.default_rng(0).normal(size=support.embeddings.shape)
    assert np.array_equal(support.embeddings, made)


def test_no_more_is_asked_than_allowed_and_an_error_is_no_break() -> None:
    def fails(inputs: Any) -> bool:
        raise IndexError("a law that cannot be asked of so little")

    assert Cutter(fails, 400, DRAWN).cut(FIXED)["support"].sizes == FIXED["support"].sizes
    cutter = Cutter(lambda inputs: True, 3, DRAWN)
    cutter.cut(FIXED)
    assert cutter.asked == 3


def test_inputs_without_sizes_stay() -> None:
    inputs = {"number": 3, "pair": (large_support(3, 4, 2), [1, 0])}
    assert Cutter(lambda inputs: True, 400, []).cut(inputs) == inputs
