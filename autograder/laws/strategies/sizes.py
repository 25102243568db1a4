"""Sizes of inputs: what a large one can be cut to, so that a fault that shows at a size is shown at the smallest.

A class of inputs that has `sizes` (words that students read -> a number) and `cut` can be cut; a check writes nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, runtime_checkable

import numpy as np


@runtime_checkable
class Sized(Protocol):
    """An input with sizes. `cut` gives a smaller one, or None where there is none of these sizes."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Name, as students read it -> size."""
        ...

    def cut(self, sizes: Mapping[str, int]) -> Self | None:
        """Return the input with these sizes, made of the first parts of this one."""
        ...


def first_of_each(labels: np.ndarray, most: int) -> np.ndarray:
    """Return which items are among the first `most` of their label.

    >>> first_of_each(np.array([4, 9, 4, 4]), most=2)
    array([ True,  True,  True, False])
    """
    kept = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        kept[np.flatnonzero(labels == label)[:most]] = True
    return kept


def most_of_one(labels: np.ndarray) -> int:
    """Return how many items the largest class has.

    >>> most_of_one(np.array([4, 9, 4]))
    2
    """
    return int(np.unique(labels, return_counts=True)[1].max(initial=0))
