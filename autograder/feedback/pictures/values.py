"""Untrusted numbers and labels of a picture, read into shapes that are safe to draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.feedback.sanitise import one_line

FARTHEST = 1e9  # beyond it, axes lose the rest of the picture
Point = tuple[float, float]


class MalformedError(ValueError):
    """These data are no picture of their kind."""


def number(value: Any) -> float | None:
    """Return a finite number of moderate size, else None. Raises MalformedError where the value is no number."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError("no number")
    if isinstance(value, int) and abs(value) > FARTHEST:
        return None  # before float() overflows
    return float(value) if math.isfinite(value) and abs(value) <= FARTHEST else None


def listed(value: Any, most: int) -> list[Any]:
    """Return the first `most` entries of a list. Raises MalformedError for anything else."""
    if isinstance(value, np.ndarray) and value.ndim > 0:
        value = value[:most].tolist()
    if not isinstance(value, list | tuple):
        raise MalformedError("no list")
    return list(value[:most])


def numbers(value: Any, most: int) -> list[float | None]:
    """Return the first `most` entries of a list of numbers, each as `number` does. Raises MalformedError."""
    return [number(item) for item in listed(value, most)]


def points(value: Any, most: int) -> list[Point | None]:
    """Return points of the plane; None stands where one of the two numbers cannot be drawn. Raises MalformedError."""
    read: list[Point | None] = []
    for item in listed(value, most):
        pair = numbers(item, 3)
        if len(pair) != 2:
            raise MalformedError("no point of the plane")
        x, y = pair
        read.append(None if x is None or y is None else (x, y))
    return read


def label(value: Any) -> str:
    """Return a class label as short text. Raises MalformedError where the value is none."""
    if isinstance(value, Mapping | list | tuple | np.ndarray):
        raise MalformedError("no label")
    if isinstance(value, int) and abs(value) > 10**15:
        return "…"  # the text of a huge whole number is slow to make, and nobody reads it
    return one_line(str(value), 14)


def labels(value: Any, most: int) -> list[str]:
    """Return the first `most` entries of a list of labels as short texts. Raises MalformedError."""
    return [label(item) for item in listed(value, most)]


def item(value: Any) -> int:
    """Return the index of an item. Raises MalformedError where the value is none."""
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > FARTHEST:
        raise MalformedError("no index")
    return value


def shown(value: float) -> str:
    """Write a number for alternative texts."""
    return f"{value + 0.0:.4g}"
