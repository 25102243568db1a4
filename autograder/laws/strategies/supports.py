"""Support sets: embedded points with labels of any integers, in any order, in uneven counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws.strategies.points import grids
from autograder.laws.strategies.sizes import first_of_each, most_of_one


@dataclass(frozen=True, eq=False)
class SupportSet:
    """Embeddings (n, d) and their labels (n,)."""

    embeddings: np.ndarray
    labels: np.ndarray

    @property
    def pair(self) -> tuple[np.ndarray, np.ndarray]:
        return self.embeddings, self.labels

    @property
    def classes(self) -> np.ndarray:
        """The distinct labels, ascending (c,)."""
        return np.unique(self.labels)

    @property
    def magnitude(self) -> float:
        return float(np.abs(self.embeddings).max(initial=0.0))

    def __getitem__(self, order: Any) -> SupportSet:
        return SupportSet(self.embeddings[order], self.labels[order])

    def relabelled(self, names: np.ndarray) -> SupportSet:
        """Return the set with class i (in ascending order) called names[i].

        >>> SupportSet(np.zeros((3, 1)), np.array([0, 5, 0])).relabelled(np.array([7, 1])).labels
        array([7, 1, 7])
        """
        return SupportSet(self.embeddings, names[np.searchsorted(self.classes, self.labels)])

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sizes(self) -> Mapping[str, int]:
        return {
            "classes": len(self.classes),
            "points in a class": most_of_one(self.labels),
            "features": self.embeddings.shape[1],
        }

    def cut(self, sizes: Mapping[str, int]) -> SupportSet | None:
        """Return the set of the first classes, of the first points of each, and of the first features."""
        kept = np.isin(self.labels, self.classes[: sizes["classes"]])
        kept &= first_of_each(self.labels, sizes["points in a class"])
        return SupportSet(self.embeddings[kept, : sizes["features"]], self.labels[kept])


@st.composite
def support_sets(
    draw: st.DrawFn,
    *,
    min_classes: int = 2,
    max_classes: int = 4,
    max_shots: int = 4,
    balanced: bool = False,
    plain: bool = False,
    features: int | None = None,
    max_features: int = 3,
    bound: float = 4.0,
    dtype: Any = np.float64,
) -> SupportSet:
    """Draw support sets: gaps between labels, negative labels, uneven counts, shuffled.

    min_classes, max_classes   bounds of the number of classes
    max_shots                  the most points of a class; the fewest is 1
    balanced                   True: all classes have equally many points
    plain                      True: balanced, labels are 0, 1, ..., and the points come class by class
    features                   the size of the points; drawn where it is not given
    max_features               the largest size that is drawn
    bound, dtype               as for `grids`

    >>> from hypothesis import find
    >>> drawn = find(support_sets(features=2), lambda drawn: len(drawn) == 3)
    >>> drawn.embeddings.shape, drawn.labels.shape, drawn.classes.shape
    ((3, 2), (3,), (2,))
    """
    classes = draw(st.lists(st.integers(-3, 12), min_size=min_classes, max_size=max_classes, unique=True))
    if plain:
        classes = list(range(len(classes)))
    if plain or balanced:
        counts = [draw(st.integers(1, max_shots))] * len(classes)
    else:
        counts = draw(st.lists(st.integers(1, max_shots), min_size=len(classes), max_size=len(classes)))
        if len(counts) > 1 and len(set(counts)) == 1:
            counts[-1] += 1
    order = list(range(sum(counts))) if plain else draw(st.permutations(range(sum(counts))))
    labels = np.repeat(np.array(classes, dtype=np.int64), counts)[order]
    d = features if features is not None else draw(st.integers(1, max_features))
    return SupportSet(draw(grids(len(labels), d, bound=bound, dtype=dtype)), labels)


def large_support(
    ways: int = 30, shots: int = 40, features: int = 64, dtype: Any = np.float64, balanced: bool = False
) -> SupportSet:
    """Return a fixed support set beyond what is drawn, shuffled.

    ways       number of classes
    shots      about how many points of each
    features   size of a point
    dtype      of the points
    balanced   True: exactly so many

    >>> large = large_support(ways=3, shots=10, features=5)
    >>> large.embeddings.shape, large.classes
    ((27, 5), array([-20, -13,  -6]))
    """
    source = np.random.default_rng(ways * shots + features)
    counts = shots - (0 if balanced else 1) * (np.arange(ways) % 7)
    labels = source.permutation(np.repeat(7 * np.arange(ways, dtype=np.int64) - 20, counts))
    return SupportSet(source.normal(size=(len(labels), features)).astype(dtype), labels)
