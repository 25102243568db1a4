"""Episodes that a `recording_net` was trained on, and what their losses and gradients have to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import torch

from autograder.checks.fewshot.passes import UNREADABLE, Embedded, Shape, passes_of
from autograder.hidden.fewshot.oracle import episode_loss
from autograder.laws import Returned, Violation

TRAINING_GAIN = 2.0  # what LinearNet multiplies embeddings with in training mode
FLOAT32 = float(np.finfo(np.float32).eps)


def tolerance(weight: np.ndarray, images: np.ndarray) -> float:
    """Of a loss in float32: squared distances of embeddings, and the products behind them."""
    flat = np.abs(images.reshape(len(images), -1))
    reach = float((TRAINING_GAIN * flat @ np.abs(weight)).max())
    return 64.0 * FLOAT32 * (1.0 + weight.size + 4.0 * weight.shape[1] * reach**2)


@dataclass(frozen=True, eq=False)
class Split:
    """One way to take an episode's items as support and queries: `support` (m,) says which are the support."""

    support: np.ndarray
    embeddings: np.ndarray
    labels: np.ndarray

    def _loss(self, z: torch.Tensor) -> torch.Tensor:
        y, of = torch.from_numpy(self.labels), torch.from_numpy(self.support)
        return episode_loss(z[of], y[of], z[~of], y[~of])

    @cached_property
    def loss(self) -> float:
        return float(self._loss(torch.from_numpy(self.embeddings)))

    @cached_property
    def gradient(self) -> np.ndarray:
        """(m, d): of the loss, at the embeddings."""
        z = torch.from_numpy(self.embeddings).requires_grad_()
        return torch.autograd.grad(self._loss(z), z)[0].numpy()

    def fits(self, gradients: np.ndarray, within: float) -> bool:
        """Ask whether they are the gradient times a positive number; a hundredth is far more than float32 loses."""
        wanted = self.gradient
        factor = float((gradients * wanted).sum() / (wanted**2).sum())
        far = float(np.abs(gradients - factor * wanted).max())
        return factor > 0.0 and far <= factor * (1e-2 * float(np.abs(wanted).max()) + within)


@dataclass(frozen=True, eq=False)
class Episode:
    """One episode of training: its `images` (m, pixels) and `labels` (m,) in the order in which they were embedded."""

    images: np.ndarray
    labels: np.ndarray
    embedded: Embedded
    shape: Shape

    @property
    def gradients(self) -> np.ndarray:
        return self.embedded.gradients

    @cached_property
    def tolerance(self) -> float:
        return 4.0 * tolerance(self.embedded.weight, self.images)

    @cached_property
    def embeddings(self) -> np.ndarray:
        return np.asarray(TRAINING_GAIN * self.images @ self.embedded.weight)

    def splits(self) -> Iterator[Split]:
        """All ways to take the items, the usual ones first: in one batch anybody's order is right, in two the sizes tell."""
        return (Split(support, self.embeddings, self.labels) for support in self._supports())

    def _supports(self) -> Iterator[np.ndarray]:
        place, (one, *other) = np.arange(self.shape.items), self.embedded.sizes
        if other:
            yield place < one if one == self.shape.support else place >= one
            return
        items = [np.flatnonzero(self.labels == k) for k in np.unique(self.labels)]
        for usual in (place < self.shape.support, place >= self.shape.query):
            if all(usual[each].sum() == self.shape.k_shot for each in items):
                yield usual
        for choice in product(*(combinations(each.tolist(), self.shape.k_shot) for each in items)):
            yield np.isin(place, [i for chosen in choice for i in chosen])


def recorded(
    outcome: Returned, images: np.ndarray, labels: np.ndarray, shape: Shape, count: int
) -> list[Episode] | Violation:
    """The `count` episodes of this `shape` that a network was trained on, or what is no such episode."""
    passes = passes_of(outcome, images)
    if passes is None:
        return UNREADABLE
    found = passes.episodes(shape)
    if found is None and len(passes.items) == count * shape.items:  # in smaller batches: a law of its own
        found = passes.in_one_batch(shape)
    if found is None or len(found) != count:
        says = f"What was embedded in training mode is not {count} episodes of {shape.support} support items and {shape.query} queries."
        batches = f"batches of {', '.join(map(str, passes.sizes[:6]))} ... items, {len(passes.items)} in all"
        return Violation(says, batches, f"{count * shape.items} items in all")
    for i, each in enumerate(found):
        classes, counts = np.unique(labels[each.items], return_counts=True)
        told = (each.items >= 0).all() and len(set(each.items.tolist())) == shape.items
        if not told or len(classes) != shape.n_way or (counts != shape.k_shot + shape.n_query).any():
            says = f"What was embedded in episode {i + 1} is no episode of {shape.n_way} classes with {shape.k_shot} + {shape.n_query} items."
            return Violation(
                says,
                f"items {each.items.tolist()} of classes {labels[each.items].tolist()} (-1: an image that is not in the data)",
                f"{shape.k_shot + shape.n_query} different items of each of {shape.n_way} classes",
            )
    flat = images.reshape(len(images), -1).astype(np.float64)
    return [Episode(flat[each.items], labels[each.items], each, shape) for each in found]
