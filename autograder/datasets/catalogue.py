"""What there is to load and to fetch, and where it lies on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from autograder.datasets.data_folders import omniglot_places
from autograder.datasets.fetch import CHECKSUMS

_ARCHIVES = {
    "images_background": "Omniglot, 30 alphabets, 964 characters x 20 drawers",
    "images_evaluation": "Omniglot, 20 other alphabets, 659 characters x 20 drawers",
    "images_background_small1": "Omniglot, minimal: 5 alphabets, 136 characters x 20 drawers",
    "images_background_small2": "Omniglot, minimal: 5 alphabets, 156 characters x 20 drawers",
    "all_runs": "Omniglot's one-shot classification task: 20 runs, 20 characters each",
}


@dataclass(frozen=True)
class Entry:
    """One line of `autograder data list`.

    name     what to pass to `load` (glyphs, digits) or to `fetch` (the archives of Omniglot)
    what     a few words
    place    the file or folder, None where it has none
    present  whether it can be loaded now
    remedy   what to do where it is not; empty where it is
    """

    name: str
    what: str
    place: Path | None
    present: bool
    remedy: str


def catalogue(root: str | os.PathLike[str] | None = None) -> tuple[Entry, ...]:
    """List all data sets and archives. Omniglot's are looked for in `root`, or else where `load` looks."""
    digits = find_spec("sklearn") is not None
    return (
        Entry("glyphs", "drawn on the spot: invented alphabets, as many as asked for", None, True, ""),
        Entry(
            "digits",
            "1,797 handwritten digits, from scikit-learn",
            None,
            digits,
            "" if digits else "pip install scikit-learn",
        ),
        *(_archive(name, omniglot_places(root)) for name in CHECKSUMS),
    )


def _archive(name: str, places: tuple[Path, ...]) -> Entry:
    candidates = [candidate for place in places for candidate in (place / f"{name}.zip", place / name)]
    place = next((path for path in candidates if path.exists()), None)
    return Entry(
        name, _ARCHIVES[name], place, place is not None, "" if place else f"autograder data fetch {name}"
    )
