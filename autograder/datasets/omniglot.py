"""Omniglot: characters of 50 alphabets, each drawn by 20 people.

Lake, Salakhutdinov and Tenenbaum, Human-level concept learning through probabilistic program induction,
Science 350, 2015. Reads the archives as their authors publish them, zipped or unpacked:
SET/Alphabet/characterNN/NNNN_DD.png, where DD is the drawer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autograder.datasets.archive import Archive, damaged, opened
from autograder.datasets.base import UNKNOWN_DRAWER, Characters
from autograder.datasets.data_folders import OMNIGLOT_VARIABLE, omniglot_places
from autograder.datasets.shrink import checked_size, ink_of_png, shrink
from autograder.errors import DataError

FULL_SETS = ("images_background", "images_evaluation")
SMALL_SETS = ("images_background_small1", "images_background_small2")
SETS = FULL_SETS + SMALL_SETS

_DRAWING = re.compile(r"(?:[\w-]+/)?(?P<alphabet>[\w()' -]+)/(?P<character>character\d+)/[\w-]+\.png")
_DRAWER = re.compile(r"\d+_(\d+)")


def omniglot(
    root: str | os.PathLike[str] | None = None, sets: str | Sequence[str] | None = None, size: int = 28
) -> Characters:
    """Load Omniglot, in whole or in part.

    Args:
        root: a folder with the archives (zipped or unpacked), one zip, or one unpacked set; by default
            $FEWLABELS_OMNIGLOT, then the folder that `autograder data fetch` fills.
        sets: which archives to join, for example "images_background_small1"; a character that several
            have is taken from the first. By default the full sets that are there, or else a minimal one.
        size: side of the images, at most 105.

    Raises:
        DataError: an archive is missing or damaged.
    """
    parts = _Parts(checked_size(size))
    for path in _paths(omniglot_places(root), [sets] if isinstance(sets, str) else sets):
        with opened(path) as archive:
            parts.add(archive)
    return parts.joined()


def _paths(places: Sequence[Path], sets: Sequence[str] | None) -> list[Path]:
    """The zips or folders to read, in order."""
    unknown = [name for name in sets or () if name not in SETS]
    if unknown or (sets is not None and not sets):
        raise DataError(
            f"Omniglot has no set {', '.join(unknown) or '(none named)'}.",
            remedy=f"Choose from: {', '.join(SETS)}.",
        )
    single = next((place for place in places if place.is_file() or _is_set(place)), None)
    if single and sets and list(sets) != [single.stem]:
        raise DataError(
            "This is one archive, so there are no sets to choose from.",
            remedy="Leave out sets=..., or name the folder that holds the archives.",
            file=str(single),
        )
    if single:
        return [single]
    if sets is not None:
        return [_found(places, name) or _missing(places, name) for name in sets]
    full = [path for name in FULL_SETS if (path := _found(places, name))]
    small = [path for name in SMALL_SETS if (path := _found(places, name))]
    return full or small[:1] or [_missing(places, "images_background")]


def _found(places: Sequence[Path], name: str) -> Path | None:
    candidates = [candidate for place in places for candidate in (place / f"{name}.zip", place / name)]
    return next((path for path in candidates if path.exists()), None)


def _missing(places: Sequence[Path], name: str) -> Path:
    raise DataError(
        f"Omniglot's {name} is neither here as {name}.zip nor unpacked.",
        remedy=f"Run: autograder data fetch {name}. "
        f"Or say where it is: root=..., or the environment variable {OMNIGLOT_VARIABLE}.",
        file=" or ".join(map(str, places)),
    )


def _is_set(place: Path) -> bool:
    """Whether a folder is one unpacked set: Alphabet/characterNN inside."""
    return any(path.is_dir() for path in place.glob("*/character[0-9]*"))


@dataclass
class _Parts:
    """Images gathered from one archive after the other."""

    size: int
    images: list[Tensor] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    drawers: list[int] = field(default_factory=list)
    class_names: list[str] = field(default_factory=list)

    def add(self, archive: Archive) -> None:
        drawings = _drawings(archive)
        for class_name in _tracked(list(drawings), archive.path.name):
            if class_name in self.class_names:
                continue
            names = drawings[class_name]
            self.images.append(shrink(np.stack([decoded(archive, name) for name in names]), self.size))
            self.labels += [len(self.class_names)] * len(names)
            self.drawers += [_drawer(name) for name in names]
            self.class_names.append(class_name)

    def joined(self) -> Characters:
        return Characters(
            images=torch.cat(self.images),
            labels=torch.tensor(self.labels),
            class_names=tuple(self.class_names),
            drawers=torch.tensor(self.drawers),
        )


def _drawings(archive: Archive) -> dict[str, list[str]]:
    """The file names of each class, classes and files in alphabetical order."""
    found: dict[str, list[str]] = {}
    for name in archive.names:
        if match := _DRAWING.fullmatch(name):
            found.setdefault(f"{match['alphabet']}/{match['character']}", []).append(name)
    if not found:
        raise damaged(archive.path, "There is no drawing in it: no file Alphabet/characterNN/NAME.png.")
    return found


def _tracked(class_names: list[str], what: str) -> Iterable[str]:
    """With a progress bar where a terminal watches and there is something to wait for."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    hidden = not console.is_terminal or len(class_names) < 300
    return track(class_names, description=what, console=console, transient=True, disable=hidden)


def _drawer(name: str) -> int:
    match = _DRAWER.fullmatch(Path(name).stem)
    return int(match[1]) - 1 if match else UNKNOWN_DRAWER


def decoded(archive: Archive, name: str) -> NDArray[np.uint8]:
    """Return the ink (105, 105) uint8 of one drawing in an archive; 255 is full.

    Raises:
        DataError: the drawing is damaged.
    """
    try:
        return ink_of_png(archive.read(name))
    except ValueError as error:
        raise damaged(archive.path, f"{name} {error}.") from None
