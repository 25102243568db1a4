"""Glyphs: handwriting in alphabets that nobody has ever written, drawn on the spot.

The stand-in for Omniglot where no data is given. An alphabet is a style (a small vocabulary of strokes and a
way of joining them), a character is a few of those strokes, and each of an alphabet's drawers has a hand of
their own: slant, size, pen and unsteadiness, the same through all characters of the alphabet.

Everything follows from (seed, alphabet, character, drawer) alone: asking for more alphabets, characters or
drawers never changes those that were there before, and the bytes are the same on every machine:
see strokes.py.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.datasets.base import Characters
from autograder.datasets.invented import ALWAYS, MAX_ALPHABETS, Alphabet, invent
from autograder.datasets.portable_random import PortableRandom
from autograder.datasets.strokes import Floats, draw, spline, turned
from autograder.datasets.style import CONTROL_POINTS, MAX_STROKES
from autograder.errors import DataError

_HAND, _DRAWING = 2, 3  # what a stream of random numbers is for; 0 and 1 are in invented.py
# How far each control point of a stroke goes when the stroke bends, and when it is pulled longer or aside.
_BULGE = np.array([-0.6, 0.2, 1.0, 1.0, 0.2, -0.6])[:, None]
_PULL = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])[:, None]


def glyphs(
    alphabets: int = 8, characters: int = 20, drawers: int = 20, seed: int = 0, size: int = 28
) -> Characters:
    """Draw a data set: `alphabets` x `characters` classes, `drawers` images of each.

    Args:
        alphabets: how many alphabets to invent.
        characters: how many characters each alphabet has.
        drawers: how many people draw each character once.
        seed: another number, other alphabets.
        size: side of the images in pixels.

    Raises:
        DataError: a count is out of range, or one alphabet cannot hold so many different characters.
    """
    _check_counts(alphabets, characters, drawers, seed, size)
    invented = [_invented(seed, number, characters) for number in range(alphabets)]
    images = [_alphabet(alphabet, (seed, number), drawers, size) for number, alphabet in enumerate(invented)]
    names = tuple(
        f"{alphabet.name}/character{number + 1:02d}" for alphabet in invented for number in range(characters)
    )
    return Characters(
        images=torch.from_numpy(np.concatenate(images)).to(torch.float32).div_(255).unsqueeze(1),
        labels=torch.arange(alphabets * characters).repeat_interleave(drawers),
        class_names=names,
        drawers=torch.arange(drawers).repeat(alphabets * characters),
    )


def outlines(characters: int, drawers: int, seed: int = 0, samples: int = 4) -> list[Floats]:
    """Draw the first alphabet as lines instead of ink, for pictures of any size.

    Args:
        characters: how many characters to draw.
        drawers: how many people draw each of them.
        seed: as `glyphs` has it.
        samples: points per span of a curve.

    Returns:
        Per character (drawers, strokes, points, 2): x and y in [-1, 1], y grows downwards.
    """
    alphabet, key = invent(seed, 0, characters), (seed, 0)
    hands = _hands(key, drawers)
    return [
        spline(_written(form, hands, _noise(key, number, drawers)), alphabet.tension, samples)
        for number, form in enumerate(alphabet.forms[:characters])
    ]


def _invented(seed: int, number: int, characters: int) -> Alphabet:
    alphabet = invent(seed, number, characters)
    if len(alphabet.forms) < characters:
        raise DataError(
            f"Alphabet {alphabet.name} of seed {seed} has {len(alphabet.forms)} characters, no more.",
            remedy=f"Ask for characters={ALWAYS} (all alphabets have as many), or for another seed.",
        )
    return alphabet


def _alphabet(alphabet: Alphabet, key: tuple[int, int], drawers: int, size: int) -> NDArray[np.uint8]:
    """All images (characters * drawers, size, size) of one alphabet."""
    hands = _hands(key, drawers)
    points, owners = [], []
    for number, form in enumerate(alphabet.forms):
        written = _written(form, hands, _noise(key, number, drawers))
        curves = spline(written, alphabet.tension, _samples(form, size))
        points.append(curves.reshape(-1, 2))
        owners.append(np.repeat(number * drawers + np.arange(drawers), curves.shape[1] * curves.shape[2]))
    pen = (1.0 + 0.16 * hands[:, 4].clip(-2, 2)) * (size / 28)
    return draw(np.concatenate(points), np.concatenate(owners), np.tile(pen, len(alphabet.forms)), size)


def _hands(key: tuple[int, int], drawers: int) -> Floats:
    """(drawers, 8) the habits of an alphabet's drawers."""
    return PortableRandom(*key, 0, _HAND).roughly_normal(drawers, 8)


def _noise(key: tuple[int, int], character: int, drawers: int) -> Floats:
    """What differs from drawing to drawing of one character."""
    return PortableRandom(*key, 0, _DRAWING, character).roughly_normal(
        drawers, 6 + MAX_STROKES * (8 + 2 * CONTROL_POINTS)
    )


def _written(form: Floats, hands: Floats, noise: Floats) -> Floats:
    """One character in every hand.

    Args:
        form: (strokes, CONTROL_POINTS, 2) the character as it is meant.
        hands: (drawers, 8) the drawers' habits.
        noise: (drawers, ...) what differs from drawing to drawing.

    Returns:
        (drawers, strokes, CONTROL_POINTS, 2)
    """
    strokes, drawers = len(form), len(hands)
    whole, rest = noise[:, :6], noise[:, 6:].reshape(drawers, MAX_STROKES, -1)[:, :strokes]
    shaky = (1 + 0.3 * hands[:, 5].clip(-2, 2))[:, None, None, None]
    middle = (form.min(axis=1, keepdims=True) + form.max(axis=1, keepdims=True)) / 2
    drawn = turned(form - middle, 0.05 * rest[:, :, 0, None]) * (1 + 0.1 * rest[:, :, 1, None, None])
    drawn = drawn + middle + 0.04 * rest[:, :, None, 2:4]
    drawn = drawn + shaky * (0.05 * rest[:, :, None, 4:6] * _BULGE + 0.05 * rest[:, :, None, 6:8] * _PULL)
    drawn = drawn + 0.012 * shaky * rest[:, :, 8:].reshape(drawers, strokes, CONTROL_POINTS, 2)
    slant = 0.10 * hands[:, 0] + 0.06 * whole[:, 0]
    stretch = 1 + 0.10 * hands[:, 1:3] + 0.05 * whole[:, 1:3]
    sheared = np.stack([drawn[..., 0] + slant[:, None, None] * drawn[..., 1], drawn[..., 1]], axis=-1)
    leaning = turned(sheared, (0.04 * hands[:, 3] + 0.04 * whole[:, 3])[:, None, None])
    moved = leaning * stretch[:, None, None] + (0.10 * whole[:, 4:6] + 0.03 * hands[:, 6:8])[:, None, None]
    # Whoever runs out of paper writes smaller.
    extent = np.abs(moved).max(axis=(1, 2, 3), keepdims=True)
    return moved * np.minimum(0.85 / extent, 1)


def _samples(form: Floats, size: int) -> int:
    """Points per span that leave gaps of half a pixel, even in a large hand and where a spline hurries.

    It looks at the character as it is meant, so that nobody's drawing depends on who else draws.
    """
    leg = form[:, 1:] - form[:, :-1]
    longest = np.sqrt((leg * leg).sum(axis=-1).max()) * size / 2
    return max(int(np.ceil(3.5 * longest)), 6)


def _check_counts(alphabets: int, characters: int, drawers: int, seed: int, size: int) -> None:
    bounds = {
        "alphabets": (alphabets, 1, MAX_ALPHABETS),
        "characters": (characters, 1, 100),
        "drawers": (drawers, 1, 1000),
        "seed": (seed, 0, 2**32 - 1),
        "size": (size, 8, 256),
    }
    for name, (value, low, high) in bounds.items():
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise DataError(
                f"glyphs({name}={value!r}) is impossible.", remedy=f"Pass a whole number, {low} to {high}."
            )
