"""Rows of probabilities as bars: what came back, and beside it as an outline what had to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from autograder.feedback.pictures.svg import COLOURS, INK, drawing, figure, to_svg
from autograder.feedback.pictures.values import MalformedError, listed, numbers, shown

MOST_ROWS, MOST_COLUMNS, ROWS_DRAWN = 200, 12, 4
LOST = "\N{MULTIPLICATION SIGN}"  # stands for a value that cannot be drawn
Row = list[float | None]


def draw(data: Mapping[str, Any]) -> tuple[str, str]:
    """Draw rows of numbers as bars, beside what they had to be; return (svg, alternative text). Raises MalformedError."""
    returned = _read(data.get("returned"))
    expected = None if data.get("expected") is None else _read(data["expected"])
    if not returned or not any(returned):
        raise MalformedError("no rows")
    if expected is not None and len(expected) != len(returned):
        expected = None  # what came back has another shape; its message says so
    chosen = _chosen(returned, expected)
    alt = _alt(returned, expected, chosen)
    with drawing():
        made = figure(0.75 + 0.85 * len(chosen))
        every = made.subplots(len(chosen), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
        for axes, index in zip(every, chosen, strict=True):
            _bars(axes, returned[index], None if expected is None else expected[index])
            axes.set_title(f"row {index}", loc="left", fontsize=8.5, pad=3)
        every[-1].set_xlabel("column")
        rows = [*returned, *(expected or [])]
        if all(value is None or 0 <= value <= 1 for row in rows for value in row):
            every[-1].set(ylim=(0, 1.06), yticks=(0, 0.5, 1))
        entries = [Patch(facecolor=COLOURS[0], label="came back")]
        if expected is not None:
            entries.append(Patch(facecolor="none", edgecolor=INK, linewidth=1.2, label="had to be"))
        made.legend(handles=entries, loc="outside lower center", ncols=2)
        return to_svg(made, alt), alt


def _read(value: Any) -> list[Row]:
    return [numbers(row, MOST_COLUMNS) for row in listed(value, MOST_ROWS)]


def _chosen(returned: Sequence[Row], expected: Sequence[Row] | None) -> list[int]:
    """The rows to draw: those that are farthest off, in their order."""
    if expected is None:
        return list(range(min(len(returned), ROWS_DRAWN)))
    off = [_distance(row, wanted) for row, wanted in zip(returned, expected, strict=True)]
    worst = sorted(range(len(returned)), key=lambda index: (-off[index], index))[:ROWS_DRAWN]
    return sorted(worst)


def _distance(row: Row, wanted: Row) -> float:
    if len(row) != len(wanted):
        return float("inf")
    pairs = zip(row, wanted, strict=True)
    return max(
        (abs(a - b) if a is not None and b is not None else float("inf") for a, b in pairs), default=0.0
    )


def _bars(axes: Axes, row: Row, wanted: Row | None) -> None:
    width = 0.7 if wanted is None else 0.36
    shift = 0.0 if wanted is None else 0.19
    axes.bar([at - shift for at in range(len(row))], [value or 0.0 for value in row], width, color=COLOURS[0])
    if wanted is not None:
        heights = [value or 0.0 for value in wanted]
        axes.bar(
            [at + shift for at in range(len(wanted))],
            heights,
            width,
            fill=False,
            edgecolor=INK,
            linewidth=1.2,
        )
    for at, value in enumerate(row):
        if value is None:
            axes.text(at - shift, 0.0, LOST, ha="center", va="bottom", fontsize=11)
    axes.set_xticks(range(max(len(row), len(wanted or []))))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.tick_params(length=2)
    axes.locator_params(axis="y", nbins=3)


def _alt(returned: Sequence[Row], expected: Sequence[Row] | None, chosen: Sequence[int]) -> str:
    said = [
        f"Bars of {len(chosen)} of {len(returned)} rows." if len(chosen) < len(returned) else "Rows as bars."
    ]
    for index in chosen:
        had = "" if expected is None else f", {_said(expected[index])} had to"
        said.append(f"Row {index}: {_said(returned[index])} came back{had}.")
    if any(value is None for row in returned for value in row):
        said.append("A cross stands for a value that is no finite number or too large.")
    return " ".join(said)


def _said(row: Row) -> str:
    return "(" + ", ".join(LOST if value is None else shown(value) for value in row) + ")"
