"""Inputs with sizes can be cut to any smaller size, and stay what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks.fewshot.probabilities import large as large_points
from autograder.checks.matching import contrastive, probabilities, similarities
from autograder.laws import Sized, large_episode, large_support

INPUTS: dict[str, Any] = {
    "support": large_support(5, 6, 7),
    "points": large_points(6, 5, 7),
    "episode": large_episode(5, 4, 3, 6),
    "vectors": similarities.large(6, 5, 4),
    "pairs": contrastive.large(6, 5),
    "votes": probabilities.large(6, 5, 4),
}


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_cut_to_one_size_and_keeps_the_others(name: str) -> None:
    value = INPUTS[name]
    assert isinstance(value, Sized)
    for size, now in value.sizes.items():
        cut = value.cut({**value.sizes, size: now - 1})
        assert cut is not None or size == "classes"
        if cut is not None:
            assert cut.sizes == {**value.sizes, size: now - 1}
        assert value.sizes[size] == now


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_can_be_cut_to_ones(name: str) -> None:
    cut = INPUTS[name].cut(dict.fromkeys(INPUTS[name].sizes, 1))
    assert cut is not None
    assert set(cut.sizes.values()) == {1}


def test_every_query_label_stays_in_the_support() -> None:
    cut = large_episode(5, 4, 3, 6).cut(
        {"classes": 2, "support items in a class": 1, "queries": 4, "features": 2}
    )
    assert cut is not None
    assert set(np.unique(cut.query_y)) <= set(np.unique(cut.support_y))
    assert len(cut.support_y) == 2
    few = {"classes": 1, "support items in a class": 1, "queries": 4, "features": 2}
    assert large_episode(5, 4, 3, 6).cut(few) is None  # a class has three queries
