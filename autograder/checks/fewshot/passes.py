"""What a `recording_net` says of its passes in training mode: which items were embedded, and the gradients that reached them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.laws import Returned, Tensor, Violation, values


@dataclass(frozen=True)
class Shape:
    """The numbers of an episode; `support`, `query` and `items` are the items in it."""

    n_way: int
    k_shot: int
    n_query: int

    @property
    def support(self) -> int:
        return self.n_way * self.k_shot

    @property
    def query(self) -> int:
        return self.n_way * self.n_query

    @property
    def items(self) -> int:
        return self.support + self.query

    @property
    def settings(self) -> dict[str, int]:
        return {"n_way": self.n_way, "k_shot": self.k_shot, "n_query": self.n_query}


@dataclass(frozen=True, eq=False)
class Passes:
    """sizes: items of each pass; items (m,): their places in the data set, -1 where they are not from there; gradients (m, d):
    what reached their embeddings; weights (p, pixels, d): what each pass met."""

    sizes: list[int]
    items: np.ndarray
    gradients: np.ndarray
    weights: np.ndarray

    def leading(self, shape: Shape) -> list[Embedded]:
        """Take the passes as episodes of this shape, each in one batch or in two, up to the first that is something else."""
        found: list[Embedded] = []
        place, number = 0, 0
        while number < len(self.sizes):
            joint = self.sizes[number] == shape.items
            sizes = self.sizes[number : number + (1 if joint else 2)]
            if not joint and sorted(sizes) != sorted((shape.support, shape.query)):
                break
            rows = slice(place, place + shape.items)
            weight = self.weights[number]
            found.append(Embedded(self.items[rows], self.gradients[rows], weight, tuple(sizes)))
            place, number = rows.stop, number + len(sizes)
        return found

    def episodes(self, shape: Shape) -> list[Embedded] | None:
        """Take all passes as such episodes; None where some are something else."""
        found = self.leading(shape)
        return found if sum(len(each.sizes) for each in found) == len(self.sizes) else None

    def in_one_batch(self, shape: Shape) -> list[Embedded]:
        """Take the items as episodes of this shape as if each had been embedded in one batch."""
        starts = np.cumsum([0, *self.sizes])
        found = []
        for place in range(0, len(self.items), shape.items):
            rows = slice(place, place + shape.items)
            weight = self.weights[int(np.searchsorted(starts, place, side="right")) - 1]
            found.append(Embedded(self.items[rows], self.gradients[rows], weight, (shape.items,)))
        return found


@dataclass(frozen=True, eq=False)
class Embedded:
    """One episode: its items in the order in which they were embedded, as in `Passes`, and the sizes of its batches."""

    items: np.ndarray
    gradients: np.ndarray
    weight: np.ndarray
    sizes: tuple[int, ...]


def state_of_net(outcome: Returned) -> dict[str, Any]:
    state = outcome.states.get("net")
    return state if isinstance(state, dict) else {}


def passes_of(outcome: Returned, images: np.ndarray) -> Passes | None:
    """Read the passes that were recorded while `images` were trained on; None where the worker sent something else."""
    sent = state_of_net(outcome).get("passes")
    if not isinstance(sent, dict) or not isinstance(sent.get("sizes"), list):
        return None
    arrays = [sent.get(name) for name in ("images", "gradients", "weights")]
    if not all(isinstance(each, Tensor) for each in arrays):
        return None
    sizes, (shown, gradients, weights) = sent["sizes"], (values(each) for each in arrays)
    fits = (
        all(type(size) is int and size >= 0 for size in sizes)
        and (shown.ndim, gradients.ndim, weights.ndim) == (2, 2, 3)
        and len(shown) == len(gradients) == sum(sizes)
        and len(weights) == len(sizes)
    )
    return Passes(sizes, _places(shown, images), gradients, weights) if fits else None


def _places(shown: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The places of the embedded images in the data set, in which no two are alike; -1 for any other image."""
    known = {row.tobytes(): i for i, row in enumerate(images.reshape(len(images), -1).astype(np.float64))}
    return np.array([known.get(np.ascontiguousarray(row).tobytes(), -1) for row in shown], dtype=np.int64)


UNREADABLE = Violation(
    "What the network was used for in training cannot be read.", "no record", "the record of net"
)


def path_of(outcome: Returned, shape: tuple[int, ...]) -> np.ndarray | None:
    """Read the weights that the passes met, one behind the other, and the last ones; None where there are none of this `shape`."""
    sent = state_of_net(outcome).get("path")
    path = values(sent) if isinstance(sent, Tensor) else np.zeros(0)
    return path if path.ndim == 3 and path.shape[1:] == shape and len(path) else None
