"""Lines over steps, such as the losses of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograder.feedback.pictures.svg import COLOURS, drawing, figure, to_svg
from autograder.feedback.pictures.values import MalformedError, label, numbers, shown

MOST_SERIES, MOST_STEPS, MOST_DRAWN = 6, 100_000, 240
_DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 3)))


def draw(data: Mapping[str, Any]) -> tuple[str, str]:
    """Draw series of numbers over steps; return (svg, alternative text). Raises MalformedError."""
    given = data.get("series")
    if not isinstance(given, Mapping):
        raise MalformedError("no series")
    series = {label(name): numbers(values, MOST_STEPS) for name, values in list(given.items())[:MOST_SERIES]}
    if not any(value is not None for values in series.values() for value in values):
        raise MalformedError("nothing to draw")
    alt = " ".join(_said(name, values) for name, values in series.items())
    with drawing():
        made = figure(2.6)
        axes = made.add_subplot()
        for index, (name, values) in enumerate(series.items()):
            every = math.ceil(max(len(values), 1) / MOST_DRAWN)
            heights = [math.nan if value is None else value for value in values[::every]]
            steps = range(0, every * len(heights), every)
            marker = "o" if len(heights) < 25 else ""
            axes.plot(
                steps,
                heights,
                linestyle=_DASHES[index],
                color=COLOURS[index],
                label=name,
                marker=marker,
                ms=3,
            )
        axes.set_xlabel("step")
        if "y" in data:
            axes.set_ylabel(label(data["y"]))
        axes.tick_params(length=2)
        axes.locator_params(nbins=6)
        made.legend(loc="outside lower center", ncols=3)
        return to_svg(made, alt), alt


def _said(name: str, values: list[float | None]) -> str:
    finite = [value for value in values if value is not None]
    if not finite:
        return f"{name}: {len(values)} steps without a finite number."
    said = f"{name}: {len(values)} steps from {shown(finite[0])} to {shown(finite[-1])}"
    said += f", between {shown(min(finite))} and {shown(max(finite))}"
    lost = len(values) - len(finite)
    return said + (f"; {lost} not drawn, being no finite number or too large." if lost else ".")
