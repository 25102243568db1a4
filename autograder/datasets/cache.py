"""Data sets that were made once and are handed out again: the sandbox makes a course's before it forks.

Whoever loads one gets tensors of their own, and the same bytes as without this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.datasets.base import Characters

MOST = 4
_kept: dict[object, Characters] = {}


def key_of(name: str, given: Mapping[str, object]) -> object:
    """Return a key that is equal for equal arguments of equal types; 1 and True are not the same."""
    return name, tuple((option, type(value), repr(value)) for option, value in sorted(given.items()))


def put(key: object, data: Characters) -> None:
    """Keep `data`, to be handed out from now on. Of more than `MOST` data sets only the first ones are kept."""
    if len(_kept) < MOST:
        _kept[key] = data


def get_or_make(key: object, make: Callable[[], Characters]) -> Characters:
    """Return a copy of the data set that was kept, or else what `make` gives."""
    found = _kept.get(key)
    if found is None:
        return make()
    from autograder.datasets.base import Characters

    return Characters(found.images.clone(), found.labels.clone(), found.class_names, found.drawers.clone())
