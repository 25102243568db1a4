"""What makes an alphabet: a few strokes that its characters share, and a way of putting them together.

A character is an array of control points, one row for each of its strokes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.datasets.portable_random import PortableRandom
from autograder.datasets.strokes import Floats, rotation

CONTROL_POINTS = 6
MAX_STROKES = 4
_DIAGONAL = 0.7071067811865476

# Kinds of strokes: tan(angle / 2) of the turn before each of five legs. The first turn tilts all of it.
_KINDS = {
    "line": (0.0, 0.0, 0.0, 0.0, 0.0),
    "arc": (-0.4, 0.2, 0.2, 0.2, 0.2),
    "bowl": (-0.9, 0.45, 0.45, 0.45, 0.45),
    "loop": (0.0, 0.73, 0.73, 0.73, 0.73),
    "hook": (0.0, 0.0, 0.05, 0.5, 0.7),
    "spiral": (0.0, 0.3, 0.45, 0.6, 0.8),
    "wave": (-0.3, 0.35, 0.35, -0.35, -0.35),
    "corner": (0.0, 0.0, 0.0, 0.95, 0.0),
    "bracket": (0.0, 0.8, 0.0, 0.0, 0.8),
    "zigzag": (0.0, 0.0, 0.9, -0.9, 0.0),
}


def turtle(heading: int, turns: Floats, lengths: Floats) -> Floats:
    """Walk a path of k legs, turning before each leg; return its k + 1 corners as control points (k + 1, 2).

    Args:
        heading: the first direction, in eighths of a circle.
        turns: (k,) tan(angle / 2) of each turn.
        lengths: (k,) of the legs.
    """
    cosine, sine = rotation(turns)
    x, y = 1.0, 0.0
    for _ in range(heading):
        x, y = _DIAGONAL * (x - y), _DIAGONAL * (x + y)
    points = [np.zeros(2)]
    for c, s, length in zip(cosine, sine, lengths, strict=True):
        x, y = c * x - s * y, s * x + c * y
        points.append(points[-1] + length * np.array([x, y]))
    return np.stack(points)


def _framed(points: Floats, width: float, height: float, stretch: float) -> Floats:
    """Shift and scale points (..., 2) to fill a centred box; the axes' scales differ by `stretch` at most."""
    flat = points.reshape(-1, 2)
    low, high = flat.min(axis=0), flat.max(axis=0)
    fitting = 2 * np.array([width, height]) / np.maximum(high - low, 1e-6)
    return (points - (low + high) / 2) * np.minimum(fitting, stretch * fitting.min())


@dataclass(frozen=True)
class Style:
    """One alphabet: its vocabulary of strokes, and how characters are built from them."""

    vocabulary: tuple[Floats, ...]
    tension: float  # 0: round; 1: angular
    fewest: int
    most: int
    touching: tuple[float, ...]  # odds that a stroke touches another at its end, its start, anywhere, or not
    scales: tuple[float, ...]
    mirrored: bool
    motif: bool  # every character begins with the first stroke of the vocabulary
    width: float
    height: float

    @classmethod
    def invent(cls, dice: PortableRandom) -> Style:
        """Invent a style; `dice` decides everything about it."""
        tension = (0.0, 0.0, 0.2, 1.0)[dice.below(4)]
        fewest, most = ((1, 2), (2, 2), (2, 3), (1, 3), (3, 4), (2, 4))[dice.below(6)]
        kinds = list(_KINDS)
        taste = [kinds.pop(dice.below(len(kinds))) for _ in range(3)]
        spread = (2, 2, 2, 1)[dice.below(4)]  # upright and level strokes, or slanted ones too
        strength = dice.number(0.75, 1.2)
        vocabulary = []
        for word in range(5 + dice.below(4)):
            heading = spread * dice.below(8) % 8
            turns = np.array(_KINDS[taste[word % 3]]) * strength * dice.number(0.85, 1.15)
            turns = (turns if dice.below(2) else -turns) + 0.03 * dice.roughly_normal(5)
            path = turtle(heading, turns, 1 + 0.15 * dice.roughly_normal(5).clip(-2, 2))
            vocabulary.append(_framed(path, 0.8, 0.8, stretch=1.0))
        odds = dice.uniform(4) ** 2 * np.array([1.0, 1.0, 1.5, 0.6])
        return cls(
            vocabulary=tuple(vocabulary),
            tension=tension,
            fewest=fewest,
            most=most,
            touching=tuple((odds / (odds[0] + odds[1] + odds[2] + odds[3])).tolist()),
            scales=((1.0,), (1.0, 0.6), (1.0, 0.7, 0.4))[dice.below(3)],
            mirrored=bool(dice.below(2)),
            motif=dice.below(5) < 2 and fewest > 1,
            width=dice.number(0.55, 0.72),
            height=dice.number(0.6, 0.78),
        )

    def character(self, dice: PortableRandom) -> Floats:
        """Invent a character: control points (strokes, CONTROL_POINTS, 2) in [-1, 1] x [-1, 1]."""
        strokes: list[Floats] = []
        for index in range(self.fewest + dice.below(self.most - self.fewest + 1)):
            opening = self.motif and index == 0
            stroke = self.vocabulary[0 if opening else dice.below(len(self.vocabulary))]
            stroke = stroke * (1.0 if opening else self.scales[dice.below(len(self.scales))])
            if self.mirrored and not opening and dice.below(2):
                stroke = stroke * np.array([-1.0, 1.0])
            strokes.append(self._placed(stroke, strokes, dice))
        return _framed(np.stack(strokes), self.width, self.height, stretch=1.5)

    def _placed(self, stroke: Floats, before: list[Floats], dice: PortableRandom) -> Floats:
        if not before:
            return stroke
        other = before[dice.below(len(before))]
        chance, where = dice.number(0, 1), dice.below(CONTROL_POINTS)
        grip = stroke[(0, 0, -1, 2)[dice.below(4)]]
        end, start, anywhere, _ = np.cumsum(self.touching)
        if chance < end:
            return stroke - grip + other[-1]
        if chance < start:
            return stroke - grip + other[0]
        if chance < anywhere:
            return stroke - grip + other[where]
        return stroke + dice.uniform(2, low=-0.9, high=0.9)
