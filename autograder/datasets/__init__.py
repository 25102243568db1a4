"""The course's data sets behind one interface: `load(name)` returns `Characters`, images of ink 1 on 0.

glyphs    drawn on the spot, in alphabets that do not exist; the default, needs no file
digits    scikit-learn's handwritten digits (1,797 real images)
omniglot  1,623 characters of 50 alphabets (Lake et al., Science 350, 2015), or the minimal sets of it
"""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING

from autograder.datasets import cache
from autograder.datasets.base import Characters
from autograder.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "Characters", "DataError", "load"]

NAMES = ("glyphs", "digits", "omniglot")


def load(
    name: str = "glyphs", root: str | os.PathLike[str] | None = None, size: int = 28, **options: object
) -> Characters:
    """Load a data set by name.

    Args:
        name: "glyphs", "digits" or "omniglot".
        root: where the files lie, for data sets that come from files; the others ignore it.
        size: side of the images in pixels.
        options: what the data set takes besides: glyphs(alphabets=8, characters=20, drawers=20, seed=0),
            omniglot(sets=None).

    Raises:
        DataError: no such data set or option, or its files are missing or damaged; it says what to do.
    """
    loader = _loader(name)
    try:
        key = _key(name, loader, size, options)
    except TypeError:
        known = [option for option in inspect.signature(loader).parameters if option not in {"root", "size"}]
        unknown = ", ".join(sorted(set(options) - set(known)))
        raise DataError(
            f"The data set {name} has no option {unknown}.",
            remedy=f"Its options: {', '.join(known) or 'none'}.",
        ) from None
    if name == "omniglot":
        return loader(root=root, size=size, **options)
    return cache.get_or_make(key, lambda: loader(size=size, **options))


def preload(name: str, size: int = 28, **options: object) -> None:
    """Make a data set that needs no file now, so that `load` only copies it. Arguments and errors are those of `load`.

    Args:
        name: "glyphs" or "digits"; of "omniglot", which comes from files, nothing is made.
        size: side of the images in pixels.
        options: what the data set takes besides.
    """
    if name != "omniglot":
        cache.put(_key(name, _loader(name), size, options), load(name, None, size, **options))


def _key(name: str, loader: Callable[..., Characters], size: int, options: dict[str, object]) -> object:
    bound = inspect.signature(loader).bind(size=size, **options)
    bound.apply_defaults()
    return cache.key_of(name, bound.arguments)


def _loader(name: str) -> Callable[..., Characters]:
    """Imported one by one: scikit-learn and Pillow are needed only by whom they serve."""
    if name == "glyphs":
        from autograder.datasets.glyphs import glyphs

        return glyphs
    if name == "digits":
        from autograder.datasets.digits import digits

        return digits
    if name == "omniglot":
        from autograder.datasets.omniglot import omniglot

        return omniglot
    raise DataError(f"There is no data set {name!r}.", remedy=f"Choose from: {', '.join(NAMES)}.")
