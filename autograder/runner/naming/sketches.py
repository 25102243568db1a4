"""Answers as a few coarse numbers, so that two machines come to the same ones.

The digest of a rounded number fails where the number lies near the border between two roundings: one machine rounds up, the
other down. Here every number is rounded on one of two grids, half a step apart, and a mark says which: the one in whose
cells the number lies a quarter of a step or more from every border. What differs by less rounds alike, always.

An array of floats is four numbers: its size, and how it lies to three fixed directions. None of its entries can be read off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from autograder.runner.naming.aspects import Cells, Piece

STEP = 2.0**-8  # of the grids: a quarter of it is some thirty times what `aspects.alike` allows a float32
DIRECTIONS = (0.7, 1.9, 3.1)
NUMBERS = 1 + len(DIRECTIONS)
COARSE = 1e-5  # a dtype with larger roundings than this is compared by its dtype, not by its numbers
NOTHING = 1e-6  # smaller than this is zero: what is left of it is rounding
Cell = tuple[str, int]


@dataclass(frozen=True)
class Sketch:
    """One aspect of one answer: a `text` that has to be equal, and numbers that have to be near, in steps of the grid."""

    text: str
    numbers: tuple[float, ...] = ()

    def near(self, other: Sketch, steps: float) -> bool:
        """Ask whether another one has the same text, and numbers at most so many `steps` away.

        >>> Sketch("", (1.0,)).near(Sketch("", (1.2,)), 0.25)
        True
        """
        if self.text != other.text or len(self.numbers) != len(other.numbers):
            return False
        return all(abs(one - two) <= steps for one, two in zip(self.numbers, other.numbers, strict=True))


ABSENT = Sketch("absent")


def sketch(piece: Piece | None) -> Sketch:
    """Return the sketch of a piece; None: the answer has no such aspect."""
    if piece is None:
        return ABSENT
    found = _known.get(piece)
    if found is None:
        found = _known[piece] = _made(piece)
    return found


_known: WeakKeyDictionary[Piece, Sketch] = (
    WeakKeyDictionary()
)  # marks look at the same pieces again and again


def _made(piece: Piece) -> Sketch:
    if piece.numbers is None:
        return Sketch(f"text {piece.text}")
    numbers = piece.numbers
    if not piece.eps:  # whole numbers
        return Sketch(
            f"whole {numbers.shape} {hashlib.sha256((numbers + 0.0).astype('<f8').tobytes()).hexdigest()}"
        )
    if piece.eps > COARSE:
        return Sketch(f"coarse {numbers.shape}")
    flat = numbers.ravel()
    finite = np.isfinite(flat)
    text = f"floats {numbers.shape}"
    if not finite.all():
        text += f" {[repr(x) if not ok else '' for x, ok in zip(flat.tolist(), finite, strict=True)]}"
    if piece.scale < NOTHING:
        return Sketch(f"{text} zero")
    return Sketch(text, _measured(np.where(finite, flat, 0.0), piece.scale))


def sketches(found: Cells, aspects: Iterable[str], calls: int) -> list[Sketch]:
    """Return the sketches of all `aspects` in all `calls` of the answers `found`, aspect by aspect, in the order of their names."""
    return [sketch(found.get((aspect, call))) for aspect in sorted(aspects) for call in range(calls)]


def rounded(all_of_them: Sequence[Sketch], marks: str) -> bytes:
    """Return sketches as bytes that are the same wherever they are near. `marks` is what `grids` gave for the recorded ones.

    >>> one, other = Sketch("", (0.99,)), Sketch("", (1.01,))
    >>> rounded([one], grids([one])) == rounded([other], grids([one]))
    True
    """
    lines = []
    for each, mark in zip(all_of_them, marks, strict=True):
        on = int(mark, 16)
        whole = [int(np.floor(x + 0.5 * (on >> bit & 1))) for bit, x in enumerate(each.numbers)]
        lines.append(f"{each.text}|{whole}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def grids(all_of_them: Iterable[Sketch]) -> str:
    """Return a hexadecimal digit for each sketch: on which of the two grids each of its numbers is far from a border."""
    return "".join(f"{_grid(each):x}" for each in all_of_them)


def _grid(one: Sketch) -> int:
    shifted = [not 0.25 <= x - np.floor(x) < 0.75 for x in one.numbers]
    return sum(1 << bit for bit, is_shifted in enumerate(shifted) if is_shifted)


def _measured(flat: np.ndarray, scale: float) -> tuple[float, ...]:
    along = (_direction(len(flat), each) @ (flat / scale) / np.sqrt(len(flat)) for each in DIRECTIONS)
    return tuple(float(x) / STEP for x in (np.log2(scale), *along))


@lru_cache(maxsize=256)
def _direction(size: int, turn: float) -> np.ndarray:
    return np.cos((np.arange(size) + 1.0) * turn)
