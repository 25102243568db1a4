"""Smaller sizes of an input that breaks a law: a fault that shows from a size on is shown at that size.

Fixed large inputs are larger than what is drawn, so drawing cannot find a smaller one. Here each size (points in a class,
features ...) is halved in turn as long as the law stays broken, and what is left gets numbers that can be read. Sizes never fall
below those that the check draws itself: so the input stays one that the law is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.laws.strategies import Sized
from autograder.laws.strategies.points import STEP
from autograder.laws.wording import remade
from autograder.runner.drawing import Drawn

ROUNDS = 2  # a size may only become free to fall when another one has


@dataclass(eq=False)
class Cutter:
    """breaks   asks whether inputs break the law
    most     how often it is asked at most
    drawn    what the check draws by itself
    """

    breaks: Callable[[Drawn], bool]
    most: int
    drawn: Sequence[Drawn]
    asked: int = 0
    held: dict[tuple[str, str], int] = field(default_factory=dict)  # the largest size at which the law held

    def cut(self, inputs: Drawn) -> Drawn:
        """Return inputs that break the law, as small and as plain as was found."""
        for _ in range(ROUNDS):
            for name, value in inputs.items():
                if isinstance(value, Sized):
                    inputs = self._cut_one(inputs, name)
        for plainer in (_ranked(inputs), _on_the_grid, remade):
            inputs = self._if_broken(inputs, _mapped(inputs, plainer))
        return inputs

    def threshold(self, inputs: Drawn) -> str:
        """Say from which size on the law is broken, where no drawn input is that large; "" elsewhere."""
        said = []
        for name, value in inputs.items():
            for size, now in value.sizes.items() if isinstance(value, Sized) else ():
                beyond = now > max(self._drawn(name, size), default=now)
                if beyond and self.held.get((name, size)) == now - 1:
                    said.append(f"With {now - 1} {size} this law holds, with {now} it is broken.")
        return " ".join(said)

    def _cut_one(self, inputs: Drawn, name: str) -> Drawn:
        """Halve each size of one input; the smallest possible is tried first, for most faults show there."""
        for size in inputs[name].sizes:
            low = max(min(self._drawn(name, size), default=1), 1) - 1
            high, probe = inputs[name].sizes[size], low + 1
            while low + 1 < high and self.asked < self.most:
                smaller = inputs[name].cut({**inputs[name].sizes, size: probe})
                if smaller is not None and self._broken({**inputs, name: smaller}):
                    inputs, high = {**inputs, name: smaller}, probe
                else:
                    low = self.held[name, size] = probe
                probe = (low + high) // 2
        return inputs

    def _if_broken(self, inputs: Drawn, other: Drawn) -> Drawn:
        return other if self._broken(other) else inputs

    def _broken(self, inputs: Drawn) -> bool:
        if self.asked >= self.most:
            return False
        self.asked += 1
        try:
            return self.breaks(inputs)
        except Exception:  # a law that cannot be asked of such inputs
            return False

    def _drawn(self, name: str, size: str) -> Iterator[int]:
        for each in self.drawn:
            value = each.get(name)
            if isinstance(value, Sized) and size in value.sizes:
                yield value.sizes[size]


def _mapped(inputs: Drawn, change: Callable[[np.ndarray], np.ndarray]) -> Drawn:
    """The inputs with every array of those that have sizes changed."""

    def of(value: Any) -> Any:
        if not isinstance(value, Sized):
            return value
        changed = {name: change(each) for name, each in vars(value).items() if isinstance(each, np.ndarray)}
        return replace(value, **changed)  # type: ignore[type-var]

    return {name: of(value) for name, value in inputs.items()}


def _on_the_grid(array: np.ndarray) -> np.ndarray:
    """Numbers of the grid from which inputs are drawn: few digits."""
    return (
        (np.round(array.astype(np.float64) * STEP) / STEP + 0.0).astype(array.dtype)
        if array.dtype.kind == "f"
        else array
    )


def _ranked(inputs: Drawn) -> Callable[[np.ndarray], np.ndarray]:
    """Labels 0, 1, 2 ... in the order of all labels that there are."""
    arrays = [array for value in inputs.values() if isinstance(value, Sized) for array in _arrays(value)]
    labels = np.unique(np.concatenate([np.zeros(0, np.int64), *(a for a in arrays if a.dtype.kind == "i")]))

    def rank(array: np.ndarray) -> np.ndarray:
        return np.searchsorted(labels, array).astype(array.dtype) if array.dtype.kind == "i" else array

    return rank


def _arrays(value: Any) -> list[np.ndarray]:
    return [each for each in vars(value).values() if isinstance(each, np.ndarray)]
