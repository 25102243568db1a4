"""What a class report counts with. Pure functions of numbers; None stands where a figure has no meaning."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

FEW = 10  # with fewer submissions a correlation says next to nothing
FAIR = 0.2
Z_95 = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True)
class Spread:
    """How numbers are spread: quartiles interpolate between neighbours; `sd` is that of a sample."""

    count: int
    mean: float
    sd: float
    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float


def spread(values: Sequence[float]) -> Spread | None:
    """Sum values up in a few figures; None for no values."""
    if not values:
        return None
    return Spread(
        count=len(values),
        mean=math.fsum(values) / len(values),
        sd=statistics.stdev(values) if len(values) > 1 else 0.0,
        low=min(values),
        quarter=quantile(values, 0.25),
        median=quantile(values, 0.5),
        three_quarters=quantile(values, 0.75),
        high=max(values),
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, interpolated linearly."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def discrimination(item: Sequence[float], total: Sequence[float]) -> float | None:
    """Return the corrected item-total correlation: Pearson's, of an item with the total of all the others.

    item, total  (n,) points of the item, and of everything, itself included; None where either does not vary, or there
                 are fewer than three.
    """
    rest = [whole - own for own, whole in zip(item, total, strict=True)]
    if len(item) < 3 or not _varies(item) or not _varies(rest):
        return None
    return max(-1.0, min(1.0, statistics.correlation(item, rest)))


def _varies(values: Sequence[float]) -> bool:
    # what is left of equal totals after a subtraction may differ in the last digit
    return max(values) - min(values) > 1e-9


def interval(correlation: float, count: int) -> tuple[float, float]:
    """Return what a correlation of `count` pairs may be, with 95 % confidence: Fisher's z."""
    if count <= 3 or abs(correlation) >= 1:
        return (-1.0, 1.0) if count <= 3 else (correlation, correlation)
    middle, half = math.atanh(correlation), Z_95 / math.sqrt(count - 3)
    return math.tanh(middle - half), math.tanh(middle + half)


def verdict_on(value: float | None, count: int) -> str:
    """Put a discrimination in a word, by the usual bounds (Ebel, 1972: 0.2, 0.3, 0.4).

    None of them where it might as well be 0 as fair: chance accuses no exercise.
    """
    if value is None:
        return "does not vary"
    low, high = interval(value, count)
    if count < FEW or (low <= 0 <= high and high >= FAIR):
        return "too few submissions to tell"
    if low <= 0 <= high:
        return "weak"
    for bound, word in ((0.4, "very good"), (0.3, "good"), (FAIR, "fair"), (0.0, "weak")):
        if value >= bound:
            return word
    return "negative: look at this exercise"
