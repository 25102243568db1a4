"""Omniglot's one-shot classification task: 20 runs, each 20 characters, shown once and asked once.

Each run keeps to one alphabet and is written by two people, one for the support set and one for the queries
(Lake, Salakhutdinov and Tenenbaum, Science 350, 2015). Reads all_runs.zip, or the folder unpacked from it:
runNN/training, runNN/test and runNN/class_labels.txt, with a line for each test image: that image and the
training image of the same class.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autograder.datasets.archive import Archive, damaged, opened
from autograder.datasets.data_folders import OMNIGLOT_VARIABLE, omniglot_places
from autograder.datasets.omniglot import decoded
from autograder.datasets.shrink import checked_size, shrink
from autograder.errors import DataError

_LABELS = re.compile(r"(?:(?P<prefix>[\w/-]+)/)?(?P<run>run\d+)/class_labels\.txt")


@dataclass(frozen=True, eq=False)
class Run:
    """One run: classify each query as one of the support images.

    name     "run01"
    support  (way, 1, size, size) float32 in [0, 1], one image per class
    query    (queries, 1, size, size) float32 in [0, 1]
    answers  (queries,) int64: the row of `support` that shows the same character
    """

    name: str
    support: Tensor
    query: Tensor
    answers: Tensor


def one_shot_runs(root: str | os.PathLike[str] | None = None, size: int = 28) -> tuple[Run, ...]:
    """Load all runs of the one-shot classification task, in order.

    Args:
        root: a folder with all_runs.zip, or with all_runs or run01 ... unpacked, or the zip itself; by
            default $FEWLABELS_OMNIGLOT, then the folder that `autograder data fetch` fills.
        size: side of the images, at most 105.

    Raises:
        DataError: the task is missing or damaged.
    """
    size = checked_size(size)
    with opened(_path(omniglot_places(root))) as archive:
        labels = [match for name in archive.names if (match := _LABELS.fullmatch(name))]
        if not labels:
            raise damaged(archive.path, "There is no run in it: no file runNN/class_labels.txt.")
        return tuple(_run(archive, match, size) for match in labels)


def _path(places: Sequence[Path]) -> Path:
    for place in places:
        if place.is_file() or (place / "run01").is_dir():
            return place
        for candidate in (place / "all_runs.zip", place / "all_runs"):
            if candidate.exists():
                return candidate
    raise DataError(
        "Omniglot's one-shot task is neither here as all_runs.zip nor unpacked.",
        remedy="Run: autograder data fetch all_runs. "
        f"Or say where it is: root=..., or the environment variable {OMNIGLOT_VARIABLE}.",
        file=" or ".join(map(str, places)),
    )


def _run(archive: Archive, match: re.Match[str], size: int) -> Run:
    prefix = f"{match['prefix']}/" if match["prefix"] else ""
    pairs = _pairs(archive, match[0], prefix)
    folder = f"{prefix}{match['run']}/training/"
    support = [name for name in archive.names if name.startswith(folder) and name.endswith(".png")]
    unknown = [shown for _, shown in pairs if shown not in support]
    if unknown:
        raise damaged(archive.path, f"{match[0]} names {unknown[0]!r}, which is not in {folder}.")
    return Run(
        name=match["run"],
        support=shrink(np.stack([decoded(archive, name) for name in support]), size),
        query=shrink(np.stack([decoded(archive, asked) for asked, _ in pairs]), size),
        answers=torch.tensor([support.index(shown) for _, shown in pairs]),
    )


def _pairs(archive: Archive, labels: str, prefix: str) -> list[tuple[str, str]]:
    """(test image, training image) of each line of class_labels.txt, as names in the archive."""
    lines = archive.read(labels).decode("utf-8", errors="replace").split("\n")
    pairs = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 2 or f"{prefix}{words[0]}" not in archive.names:
            raise damaged(
                archive.path,
                f"{labels}, line {number}: {line.strip()[:80]!r} is no pair of images of this archive.",
            )
        pairs.append((f"{prefix}{words[0]}", f"{prefix}{words[1]}"))
    if not pairs or len({asked for asked, _ in pairs}) < len(pairs):
        raise damaged(archive.path, f"{labels} asks for no image, or for one image twice.")
    return pairs
