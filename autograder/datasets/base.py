"""One shape for all data sets of the course: small images of characters, by class and alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from autograder.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNKNOWN_DRAWER = -1


@dataclass(frozen=True, eq=False, repr=False)
class Characters:
    """Pictures of characters, their classes and who drew them.

    images       (n, 1, size, size) float32 in [0, 1]: ink is 1, background 0
    labels       (n,) int64: the class of each image, an index into `class_names`
    class_names  one "Alphabet/character" per class, for example "Greek/character03"
    drawers      (n,) int64: who drew each image, numbered within its alphabet; -1 where nobody knows
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    drawers: Tensor

    def __post_init__(self) -> None:
        if problem := _problem(self):
            raise DataError(
                f"These are no Characters: {problem}.",
                remedy="Build them with autograder.datasets.load, or fix the tensors.",
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        size = self.images.shape[-1]
        counted = (
            f"{len(self)} images of {size}x{size}, {_plural(len(self.class_names), 'class', 'classes')}, "
            f"{_plural(len(self.alphabets), 'alphabet', 'alphabets')}"
        )
        return f"Characters({counted}: {', '.join(self.alphabets)})"

    @property
    def alphabets(self) -> tuple[str, ...]:
        """The names of the alphabets, each once, in the order of the classes."""
        return tuple(dict.fromkeys(self.alphabet_of_class))

    @property
    def alphabet_of_class(self) -> tuple[str, ...]:
        """The name of the alphabet of each class."""
        return tuple(name.rpartition("/")[0] for name in self.class_names)

    def alphabet(self, names: str | Sequence[str]) -> Characters:
        """Return the characters of some alphabets only.

        Labels are numbered anew, from 0, in the order of `class_names`, which is kept.

        Raises:
            DataError: no alphabet has such a name.
        """
        wanted = self._known([names] if isinstance(names, str) else list(names))
        return self._of_classes([c for c, name in enumerate(self.alphabet_of_class) if name in wanted])

    def split(self, holdout: int | str | Sequence[str]) -> tuple[Characters, Characters]:
        """Return two data sets that share no alphabet: (for training, held out).

        Args:
            holdout: the alphabets to hold out: their names, or how many (the last ones).

        Raises:
            DataError: no alphabet has such a name, or one side would be empty.
        """
        if isinstance(holdout, int):
            held_out = set(self.alphabets[max(len(self.alphabets) - holdout, 0) :]) if holdout > 0 else set()
        else:
            held_out = self._known([holdout] if isinstance(holdout, str) else list(holdout))
        rest = [name for name in self.alphabets if name not in held_out]
        if not held_out or not rest:
            raise DataError(
                f"Holding out {holdout!r} leaves one side of the split empty.",
                remedy=f"Hold out between 1 and {len(self.alphabets) - 1} of: {', '.join(self.alphabets)}.",
            )
        return self.alphabet(rest), self.alphabet(sorted(held_out))

    def of_class(self, which: int | str) -> Tensor:
        """Return all images (m, 1, size, size) of one class, given by its label or its name.

        Raises:
            DataError: there is no such class.
        """
        label = which
        if isinstance(which, str):
            label = self.class_names.index(which) if which in self.class_names else -1
        if not isinstance(label, int) or not 0 <= label < len(self.class_names):
            raise DataError(
                f"There is no class {which!r}.",
                remedy=f"Labels go from 0 to {len(self.class_names) - 1}; names look like "
                f"{self.class_names[0]!r}. All names: the attribute class_names.",
            )
        return self.images[self.labels == label]

    def picture(self, classes: int = 10, drawers: int = 10) -> Figure:
        """Return a matplotlib figure with a row per class and a column per drawing; savefig needs no display."""
        from autograder.datasets.picture import picture

        return picture(self, classes, drawers)

    def show(self, classes: int = 10, drawers: int = 10) -> None:
        """Show what `picture` draws in the notebook."""
        from autograder.datasets.picture import show

        show(self, classes, drawers)

    def _known(self, names: list[str]) -> set[str]:
        unknown = [name for name in names if name not in self.alphabets]
        if unknown or not names:
            raise DataError(
                f"There is no alphabet {', '.join(map(repr, unknown))}."
                if unknown
                else "No alphabet was named.",
                remedy=f"Choose from: {', '.join(self.alphabets)}.",
            )
        return set(names)

    def _of_classes(self, classes: list[int]) -> Characters:
        renumbered = torch.full((len(self.class_names),), -1, dtype=torch.int64)
        renumbered[classes] = torch.arange(len(classes))
        labels = renumbered[self.labels]
        kept = labels >= 0
        names = tuple(self.class_names[c] for c in classes)
        return Characters(self.images[kept], labels[kept], names, self.drawers[kept])


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _problem(data: Characters) -> str | None:
    """What keeps four tensors from being a data set, in words; None where all is well."""
    images, labels, drawers, n_classes = data.images, data.labels, data.drawers, len(data.class_names)
    n = len(labels) if labels.ndim == 1 else 0
    checks = [
        (
            images.ndim == 4 and images.shape[1] == 1,
            f"images.shape={tuple(images.shape)} is not (n, 1, size, size)",
        ),
        (images.dtype == torch.float32, f"images.dtype={images.dtype} is not torch.float32"),
        (labels.dtype == torch.int64 and labels.ndim == 1, "labels are not a vector of torch.int64"),
        (
            drawers.dtype == torch.int64 and drawers.shape == (n,),
            "drawers are not a torch.int64 for each label",
        ),
        (len(images) == n > 0, f"{len(images)} images for {n} labels"),
        (len(set(data.class_names)) == n_classes, "two classes have the same name"),
        (
            all("/" in name for name in data.class_names),
            'a class name is not of the form "Alphabet/character"',
        ),
    ]
    for holds, words in checks:
        if not holds:
            return words
    if int(labels.min()) < 0 or int(labels.max()) >= n_classes:
        return f"labels go from {int(labels.min())} to {int(labels.max())}, but there are {n_classes} classes"
    if not 0 <= float(images.min()) <= float(images.max()) <= 1:
        return "images leave [0, 1]"
    return None
