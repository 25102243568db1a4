"""Episode tasks can always be solved, and hold the difficulties that mistakes need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from autograder.laws.strategies import (
    Episode,
    EpisodeTask,
    episode_tasks,
    episodes,
    labelled_items,
    plain_tasks,
)

DRAWN = settings(derandomize=True, database=None, deadline=None, max_examples=80)
FIND = settings(derandomize=True, database=None, deadline=None, max_examples=2_000)
REACH = settings(FIND, phases=[Phase.generate])  # is there one? it need not be small


def counts(task: EpisodeTask) -> np.ndarray:
    return np.unique(task.labels, return_counts=True)[1]


def test_labelled_items_are_put_into_order() -> None:
    assert labelled_items(np.array([5, -1]), [2, 1], [2, 0, 1]).tolist() == [-1, 5, 5]


def test_the_classes_that_are_large_enough() -> None:
    task = EpisodeTask(np.array([4, 4, 4, -2, -2, 9, 9, 9, 9]), 2, 1, 2, 0)
    assert task.large_enough.tolist() == [4, 9]


@DRAWN
@given(plain_tasks())
def test_plain_tasks_hide_no_difficulty(task: EpisodeTask) -> None:
    classes = np.unique(task.labels)
    assert classes.tolist() == list(range(len(classes)))
    assert len(classes) > task.n_way
    assert len(set(counts(task))) == 1
    assert counts(task).min() > task.k_shot + task.n_query
    assert task.large_enough.tolist() == classes.tolist()


@DRAWN
@given(episode_tasks())
def test_enough_classes_are_large_enough(task: EpisodeTask) -> None:
    assert len(task.large_enough) >= task.n_way >= 1
    assert task.k_shot != task.n_query
    assert task.labels.dtype == np.int64
    assert 0 <= task.seed < 2**32


@DRAWN
@given(episode_tasks(exact=True))
def test_exact_tasks_have_not_one_item_to_spare(task: EpisodeTask) -> None:
    need = task.k_shot + task.n_query
    assert counts(task).max() == need


@pytest.mark.parametrize(
    "wanted",
    [
        lambda t: len(np.unique(t.labels)) > len(t.large_enough),
        lambda t: len(t.large_enough) == t.n_way > 1,
        lambda t: len(t.large_enough) > t.n_way,
        lambda t: t.labels.min() < 0,
        lambda t: (np.diff(np.unique(t.labels)) > 1).any(),
        lambda t: (np.diff(t.labels) < 0).any(),
        lambda t: t.n_way == 1,
        lambda t: t.k_shot > t.n_query,
        lambda t: t.n_query > t.k_shot,
    ],
    ids=[
        "small classes",
        "no class to spare",
        "a choice",
        "negative",
        "gaps",
        "shuffled",
        "one way",
        "shots",
        "queries",
    ],
)
@pytest.mark.parametrize("exact", [False, True])
def test_what_mistakes_stumble_over_is_reached(wanted: object, exact: bool) -> None:
    assert find(episode_tasks(exact=exact), wanted, settings=REACH)  # type: ignore[arg-type]


def test_classes_of_uneven_size_are_reached() -> None:
    assert find(episode_tasks(), lambda t: len(set(counts(t))) > 2, settings=REACH)


def test_a_task_shrinks_to_what_can_be_read() -> None:
    smallest = find(episode_tasks(), lambda t: t.n_way == 2, settings=FIND)
    assert len(smallest.labels) == 6
    assert smallest.seed == 0


def both_counts(drawn: Episode) -> tuple[list[int], list[int]]:
    """How many support items and how many queries each class of the support has."""
    classes = np.unique(drawn.support_y)
    support, query = (
        [int((labels == k).sum()) for k in classes] for labels in (drawn.support_y, drawn.query_y)
    )
    return support, query


@DRAWN
@given(episodes(balanced=True))
def test_balanced_episodes_have_as_many_items_of_each_class(drawn: Episode) -> None:
    support, query = both_counts(drawn)
    assert len(set(support)) == len(set(query)) == 1
    assert min(support + query) > 0


@DRAWN
@given(episodes(plain=True))
def test_plain_episodes_hide_no_difficulty(drawn: Episode) -> None:
    support, query = both_counts(drawn)
    assert len(set(support)) == len(set(query)) == 1
    assert np.unique(drawn.support_y).tolist() == list(range(len(support)))
    assert (np.diff(drawn.support_y) >= 0).all()
    assert (np.diff(drawn.query_y) >= 0).all()


@pytest.mark.parametrize(
    "wanted",
    [
        lambda d: len(set(both_counts(d)[0])) > 1,
        lambda d: 0 in both_counts(d)[1],
        lambda d: len(set(both_counts(d)[1]) - {0}) > 1,
    ],
    ids=["uneven support", "a class without a query", "uneven queries"],
)
def test_other_episodes_reach_uneven_counts(wanted: object) -> None:
    assert find(episodes(), wanted, settings=REACH)  # type: ignore[arg-type]
