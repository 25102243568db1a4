"""Labelled data to sample episodes from, and episodes that are drawn already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from autograder.laws.strategies.points import grids
from autograder.laws.strategies.sizes import first_of_each, most_of_one


@dataclass(frozen=True, eq=False)
class EpisodeTask:
    """Labels (n,) and the numbers of an episode that fits them."""

    labels: np.ndarray
    n_way: int
    k_shot: int
    n_query: int
    seed: int

    @property
    def large_enough(self) -> np.ndarray:
        """The classes with at least k_shot + n_query items, ascending."""
        classes, counts = np.unique(self.labels, return_counts=True)
        return classes[counts >= self.k_shot + self.n_query]


def labelled_items(classes: np.ndarray, counts: list[int], order: list[int]) -> np.ndarray:
    """Return the labels of counts[i] items of each classes[i], put into `order`.

    >>> labelled_items(np.array([4, 9]), counts=[2, 1], order=[2, 0, 1])
    array([9, 4, 4])
    """
    return np.repeat(np.asarray(classes, dtype=np.int64), counts)[order]


@st.composite
def plain_tasks(draw: st.DrawFn) -> EpisodeTask:
    """Draw tasks that hide no difficulty: classes 0, 1, 2, ... in turn, with more items than are needed.

    >>> from hypothesis import find
    >>> task = find(plain_tasks(), lambda task: task.n_way == 2)
    >>> task.labels[:3]
    array([0, 1, 2])
    """
    k_shot, n_query, n_way = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    classes = n_way + draw(st.integers(1, 2))
    labels = np.arange(classes * (k_shot + n_query + draw(st.integers(1, 3))), dtype=np.int64) % classes
    return EpisodeTask(labels, n_way, k_shot, n_query, draw(st.integers(0, 2**32 - 1)))


@st.composite
def episode_tasks(draw: st.DrawFn, *, exact: bool = False, spare: int = 3) -> EpisodeTask:
    """Draw tasks in which at least n_way classes are large enough, and some too small; labels have gaps and are shuffled.

    exact   True: every class that is large enough has exactly k_shot + n_query items
    spare   how many items more it has at most, where `exact` is False

    >>> from hypothesis import find
    >>> task = find(episode_tasks(exact=True), lambda task: task.n_way == 1)
    >>> _, counts = np.unique(task.labels, return_counts=True)
    >>> int(counts.max()) == task.k_shot + task.n_query
    True
    """
    k_shot = draw(st.integers(1, 3))
    n_query = draw(st.integers(1, 3).filter(lambda n: n != k_shot))
    n_way = draw(st.integers(1, 4))
    fitting = n_way + draw(st.integers(0, 2))
    small = draw(st.integers(0, 2)) if k_shot + n_query > 1 else 0
    names = draw(
        st.lists(st.integers(-4, 30), min_size=fitting + small, max_size=fitting + small, unique=True)
    )
    need = k_shot + n_query
    extra = [0 if exact else draw(st.integers(0, spare)) for _ in range(fitting)]
    counts = [need + more for more in extra] + [draw(st.integers(1, need - 1)) for _ in range(small)]
    order = draw(st.permutations(range(sum(counts))))
    return EpisodeTask(
        labelled_items(np.array(names), counts, list(order)),
        n_way,
        k_shot,
        n_query,
        draw(st.integers(0, 2**32 - 1)),
    )


@dataclass(frozen=True, eq=False)
class Episode:
    """Support inputs (s, d) and query inputs (q, d) with their labels (s,), (q,); every query label is in the support."""

    support_x: np.ndarray
    support_y: np.ndarray
    query_x: np.ndarray
    query_y: np.ndarray

    @property
    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Hand out the four arrays in the order in which functions take them."""
        return self.support_x, self.support_y, self.query_x, self.query_y

    @property
    def sizes(self) -> Mapping[str, int]:
        return {
            "classes": len(np.unique(self.support_y)),
            "support items in a class": most_of_one(self.support_y),
            "queries": len(self.query_y),
            "features": self.support_x.shape[1],
        }

    def cut(self, sizes: Mapping[str, int]) -> Episode | None:
        """Return the first classes, the first support items of each, the first queries of these classes, and features.

        None where these classes have fewer queries.
        """
        classes, d = np.unique(self.support_y)[: sizes["classes"]], sizes["features"]
        support = np.isin(self.support_y, classes)
        support &= first_of_each(self.support_y, sizes["support items in a class"])
        query = np.flatnonzero(np.isin(self.query_y, classes))[: sizes["queries"]]
        if len(query) < sizes["queries"]:
            return None
        return Episode(
            self.support_x[support, :d], self.support_y[support], self.query_x[query, :d], self.query_y[query]
        )


@st.composite
def episodes(
    draw: st.DrawFn,
    *,
    plain: bool = False,
    balanced: bool = False,
    bound: float = 1.5,
    min_features: int = 1,
    max_features: int = 3,
    nonzero: bool = False,
) -> Episode:
    """Draw small episodes: 2 to 4 classes with labels of any integers, uneven counts, shuffled.

    plain                        True: balanced, labels are 0, 1, ..., and the items come class by class
    balanced                     True: all classes have equally many support items, and equally many queries
    bound                        as for `grids`
    min_features, max_features   bounds of the size of an input
    nonzero                      True: no input has length 0

    >>> from hypothesis import find
    >>> drawn = find(episodes(plain=True, min_features=3), lambda drawn: len(drawn.query_y) == 2)
    >>> drawn.query_x.shape, drawn.query_y.tolist()
    ((2, 3), [0, 1])
    """
    d = draw(st.integers(min_features, max_features))
    names = draw(st.lists(st.integers(-4, 20), min_size=2, max_size=4, unique=True))
    classes = np.arange(len(names)) if plain else np.array(names, dtype=np.int64)
    if plain or balanced:
        support_y, query_y = (np.repeat(classes, draw(st.integers(1, most))) for most in (3, 2))
    else:
        shots = draw(st.lists(st.integers(1, 3), min_size=len(classes), max_size=len(classes)))
        support_y = np.repeat(classes, shots)
        query_y = classes[draw(st.lists(st.integers(0, len(classes) - 1), min_size=1, max_size=5))]
    if not plain:
        support_y = support_y[draw(st.permutations(range(len(support_y))))]
    if balanced and not plain:
        query_y = query_y[draw(st.permutations(range(len(query_y))))]
    support_x, query_x = (draw(grids(len(y), d, bound=bound)) for y in (support_y, query_y))
    if nonzero:
        for x in (support_x, query_x):
            x[~x.any(1), 0] = 0.5
    return Episode(support_x, support_y, query_x, query_y)


def large_episode(ways: int, shots: int, queries: int, features: int, scale: float = 1.0) -> Episode:
    """Return a fixed episode beyond what is drawn, shuffled.

    ways       number of classes
    shots      support inputs of each
    queries    query inputs of each
    features   size of an input
    scale      normal inputs are multiplied by it

    >>> large = large_episode(ways=3, shots=4, queries=5, features=2)
    >>> large.support_x.shape, large.support_y.shape, large.query_x.shape, large.query_y.shape
    ((12, 2), (12,), (15, 2), (15,))
    """
    source = np.random.default_rng(ways + shots + queries + features)
    labels = 3 * source.permutation(ways).astype(np.int64) - 5
    support_y, query_y = (source.permutation(np.repeat(labels, n)) for n in (shots, queries))
    support_x, query_x = (scale * source.normal(size=(len(y), features)) for y in (support_y, query_y))
    return Episode(support_x, support_y, query_x, query_y)
