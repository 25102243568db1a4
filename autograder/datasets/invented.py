"""Invented alphabets: a style, and characters in it that can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.portable_random import PortableRandom
from autograder.datasets.strokes import Floats, draw, spline
from autograder.datasets.style import Style

ALWAYS = 32  # characters that every alphabet has
_TRIES, _BATCH = 512, 32
_CROWDED = 3400  # ink in a block of 4x4 pixels; a block full of ink has 4080
_STYLE, _CHARACTER = 0, 1  # what a stream of random numbers is for
_ONSETS = ("Va", "Ko", "Se", "Mu", "Ti", "Lo", "Re", "Ha", "Ni", "Bo", "Ze", "Pa", "Gu", "Fi", "Ya", "De")
_CODAS = (
    "ran",
    "lith",
    "mok",
    "sar",
    "dun",
    "vel",
    "pti",
    "nos",
    "kra",
    "bim",
    "tel",
    "gor",
    "wey",
    "xis",
    "hul",
    "jad",
)
MAX_ALPHABETS = len(_ONSETS) * len(_CODAS)


@dataclass(frozen=True)
class Alphabet:
    """An alphabet as it is meant, before anybody writes it.

    forms: (strokes, CONTROL_POINTS, 2) control points of each character, in [-1, 1] x [-1, 1].
    """

    name: str
    tension: float
    forms: tuple[Floats, ...]


def invent(seed: int, number: int, characters: int) -> Alphabet:
    """Invent alphabet `number` of a `seed`, with `characters` characters, or with fewer where its style has no more.

    Any alphabet has at least 32 characters; asking for more never changes the first ones.
    """
    style, key, forms = _rich_style(seed, number)
    if characters > ALWAYS:
        forms = distinct(style, key, characters, tries=4 * _TRIES)
    return Alphabet(alphabet_name(number), style.tension, forms[:characters])


def alphabet_name(number: int) -> str:
    """Return the name of alphabet `number`: 256 names, all different."""
    return _ONSETS[number % 16] + _CODAS[(number // 16 + 7 * number) % 16]


def distinct(style: Style, key: tuple[int, ...], wanted: int, tries: int) -> tuple[Floats, ...]:
    """Return the first `wanted` characters of a style that can be told apart; fewer where `tries` attempts find no more.

    A new character must differ from each earlier one in a third of their ink, compared at 7x7 pixels, and
    have no spot so full that its strokes run together.

    Args:
        style: the alphabet's style.
        key: names the stream of random numbers, followed by the number of the attempt.
        wanted: how many characters.
        tries: how many attempts.

    Returns:
        Each (strokes, CONTROL_POINTS, 2).
    """
    kept: list[Floats] = []
    seen = np.zeros((0, 7, 7), dtype=np.int64)
    for first in range(0, tries, _BATCH):
        batch = [
            style.character(PortableRandom(*key, _CHARACTER, number))
            for number in range(first, first + _BATCH)
        ]
        for form, blur in zip(batch, _blurred(batch, style.tension), strict=True):
            difference = np.abs(seen - blur).sum(axis=(1, 2))
            if blur.max() < _CROWDED and (3 * difference > seen.sum(axis=(1, 2)) + blur.sum()).all():
                kept.append(form)
                seen = np.concatenate([seen, blur[None]])
            if len(kept) == wanted:
                return tuple(kept)
    return tuple(kept)


@lru_cache(maxsize=2 * MAX_ALPHABETS)
def _rich_style(seed: int, number: int) -> tuple[Style, tuple[int, ...], tuple[Floats, ...]]:
    """The first style that has 32 different characters, its key, and those characters."""
    attempt = 0
    while True:
        key = (seed, number, attempt)
        style = Style.invent(PortableRandom(*key, _STYLE))
        forms = distinct(style, key, ALWAYS, _TRIES)
        if len(forms) == ALWAYS:
            return style, key, forms
        attempt += 1


def _blurred(forms: list[Floats], tension: float) -> NDArray[np.int64]:
    """Each character as (7, 7) whole numbers: the ink in blocks of 4x4 pixels."""
    owner = np.repeat(np.arange(len(forms)), [len(strokes) for strokes in forms])
    curves = spline(np.concatenate(forms), tension, 12)
    ink = draw(curves.reshape(-1, 2), np.repeat(owner, curves.shape[1]), np.full(len(forms), 1.2), 28)
    return ink.astype(np.int64).reshape(-1, 7, 4, 7, 4).sum(axis=(2, 4))
