"""Support sets are what naive programs do not expect: uneven, gappy, negative, shuffled; and the fixed one is large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from autograder.laws.strategies import SupportSet, large_support, support_sets

DRAWN = settings(derandomize=True, database=None, deadline=None, max_examples=80)
FIND = settings(derandomize=True, database=None, deadline=None, max_examples=2_000)
REACH = settings(FIND, phases=[Phase.generate])  # is there one? it need not be small


def counts(support: SupportSet) -> np.ndarray:
    return np.unique(support.labels, return_counts=True)[1]


@DRAWN
@given(support_sets())
def test_two_to_four_classes_of_uneven_size(support: SupportSet) -> None:
    assert 2 <= len(support.classes) <= 4
    assert len(set(counts(support))) > 1
    assert support.labels.dtype == np.int64
    assert support.embeddings.shape == (len(support), support.embeddings.shape[1])
    assert 1 <= support.embeddings.shape[1] <= 3
    assert counts(support).max() <= 5


@pytest.mark.parametrize(
    "wanted",
    [
        lambda s: s.classes.min() < 0,
        lambda s: (np.diff(s.classes) > 1).any(),
        lambda s: (np.diff(s.labels) < 0).any(),
        lambda s: s.labels[0] == s.labels[-1] and len(set(s.labels)) > 1,
        lambda s: counts(s).min() == 1 and counts(s).max() >= 3,
        lambda s: (s.classes == np.arange(len(s.classes))).all(),
        lambda s: len(s.classes) == 4,
    ],
    ids=[
        "negative",
        "gaps",
        "not sorted",
        "not in one piece",
        "one shot beside many",
        "plain",
        "four classes",
    ],
)
def test_what_mistakes_stumble_over_is_reached(wanted: object) -> None:
    assert find(support_sets(), wanted, settings=REACH)  # type: ignore[arg-type]


@DRAWN
@given(support_sets(min_classes=1, max_classes=1, max_shots=3, features=2, bound=1.0, dtype=np.float32))
def test_limits_are_kept(support: SupportSet) -> None:
    assert len(support.classes) == 1
    assert len(support) <= 3
    assert support.embeddings.shape[1] == 2
    assert support.embeddings.dtype == np.float32
    assert support.magnitude <= 1.0


@DRAWN
@given(support_sets(max_shots=1))
def test_with_single_shots_there_is_a_class_of_one(support: SupportSet) -> None:
    assert counts(support).min() == 1
    assert sorted(counts(support))[-1] == 2


def test_a_support_set_shrinks_to_what_can_be_read() -> None:
    smallest = find(support_sets(), lambda s: s.magnitude > 0, settings=FIND)
    assert len(smallest) == 3
    assert np.count_nonzero(smallest.embeddings) == 1
    assert smallest.embeddings.shape == (3, 1)
    assert smallest.magnitude == 0.25


def test_the_parts_of_a_support_set() -> None:
    support = SupportSet(np.array([[1.0], [2.0], [-3.0]]), np.array([7, -2, 7]))
    assert (support.classes.tolist(), support.magnitude, len(support)) == ([-2, 7], 3.0, 3)
    assert support[[2, 0]].embeddings.tolist() == [[-3.0], [1.0]]
    assert support[[2, 0]].labels.tolist() == [7, 7]
    renamed = support.relabelled(np.array([10, 11]))
    assert (renamed.labels.tolist(), renamed.embeddings.tolist()) == ([11, 10, 11], [[1.0], [2.0], [-3.0]])


@DRAWN
@given(support_sets(), st.integers(1, 3), st.integers(-5, 5))
def test_renaming_keeps_which_items_belong_together(support: SupportSet, step: int, start: int) -> None:
    renamed = support.relabelled(start + step * np.arange(len(support.classes)))
    together = support.labels[:, None] == support.labels
    assert np.array_equal(renamed.labels[:, None] == renamed.labels, together)
    assert np.array_equal(
        np.argsort(renamed.labels, kind="stable"), np.argsort(support.labels, kind="stable")
    )


@DRAWN
@given(support_sets(balanced=True))
def test_balanced_ones_have_classes_of_one_size(support: SupportSet) -> None:
    assert len(set(counts(support))) == 1


def test_balanced_ones_keep_their_other_difficulties() -> None:
    for wanted in (
        lambda s: s.classes.min() < 0,
        lambda s: (np.diff(s.labels) < 0).any(),
        lambda s: len(s) > 4,
    ):
        assert find(support_sets(balanced=True), wanted, settings=REACH)


@DRAWN
@given(support_sets(plain=True, min_classes=1))
def test_plain_ones_hide_no_difficulty(support: SupportSet) -> None:
    assert len(set(counts(support))) == 1
    assert support.classes.tolist() == list(range(len(support.classes)))
    assert (np.diff(support.labels) >= 0).all()


def test_the_large_one_can_be_balanced() -> None:
    support = large_support(3, 40, 5, balanced=True)
    assert counts(support).tolist() == [40, 40, 40]
    assert (np.diff(support.labels) < 0).any()


@pytest.mark.parametrize(("ways", "shots", "features"), [(30, 40, 64), (3, 40, 1600)])
def test_the_large_one_goes_beyond_what_is_drawn(ways: int, shots: int, features: int) -> None:
    support = large_support(ways, shots, features)
    assert (len(support.classes), support.embeddings.shape[1]) == (ways, features)
    assert counts(support).max() == shots
    assert len(set(counts(support))) == min(ways, 7)
    assert support.classes.min() < 0
    assert (np.diff(support.classes) == 7).all()
    assert (np.diff(support.labels) < 0).any()


def test_the_large_one_is_the_same_every_time() -> None:
    one, other = large_support(), large_support()
    assert np.array_equal(one.embeddings, other.embeddings)
    assert np.array_equal(one.labels, other.labels)
    assert large_support(dtype=np.float32).embeddings.dtype == np.float32
