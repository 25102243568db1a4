"""Labelled data to sample episodes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st


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
    """counts[i] items of classes[i], put into `order`."""
    return np.repeat(np.asarray(classes, dtype=np.int64), counts)[order]


@st.composite
def plain_tasks(draw: st.DrawFn) -> EpisodeTask:
    """Tasks that hide no difficulty: classes 0, 1, 2, ... in turn, with more items than are needed."""
    k_shot, n_query, n_way = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    classes = n_way + draw(st.integers(1, 2))
    labels = np.arange(classes * (k_shot + n_query + draw(st.integers(1, 3))), dtype=np.int64) % classes
    return EpisodeTask(labels, n_way, k_shot, n_query, draw(st.integers(0, 2**32 - 1)))


@st.composite
def episode_tasks(draw: st.DrawFn, *, exact: bool = False, spare: int = 3) -> EpisodeTask:
    """Tasks in which at least n_way classes are large enough, some classes too small, labels gappy and shuffled.

    exact   True: every class that is large enough has exactly k_shot + n_query items
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
