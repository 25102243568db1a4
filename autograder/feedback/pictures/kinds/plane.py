"""Support points of the plane, the prototypes that came back and where they had to be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from autograder.feedback.phrases import plural
from autograder.feedback.pictures.svg import COLOURS, INK, MARKERS, drawing, figure, to_svg
from autograder.feedback.pictures.values import MalformedError, Point, label, labels, points, shown

MOST_POINTS, MOST_CLASSES = 300, 24


def draw(data: Mapping[str, Any]) -> tuple[str, str]:
    """Draw points of the plane and prototypes among them; return (svg, alternative text). Raises MalformedError."""
    support = points(data.get("support", []), MOST_POINTS)
    owners = labels(data.get("labels", []), MOST_POINTS)
    if len(owners) != len(support):
        raise MalformedError("not one label for each support point")
    returned = points(data.get("returned", []), MOST_CLASSES)
    expected = points(data.get("expected") or [], MOST_CLASSES)
    classes = list(dict.fromkeys([*labels(data.get("classes", []), MOST_CLASSES), *owners]))[:MOST_CLASSES]
    if not any(point is not None for point in [*support, *returned, *expected]):
        raise MalformedError("nothing to draw")
    alt = _alt(support, classes, returned, expected)
    with drawing():
        made = figure(3.3)
        axes = made.add_subplot()
        _support(axes, support, owners, classes)
        _prototypes(axes, returned, expected)
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.12)
        axes.tick_params(length=2)
        axes.locator_params(nbins=6)
        entries = _legend(classes, bool(returned), bool(expected))
        columns = 2 if len(entries) == 4 else 3
        made.legend(
            handles=entries, loc="outside lower center", ncols=columns, handletextpad=0.3, columnspacing=1.4
        )
        return to_svg(made, alt), alt


def _style(index: int) -> dict[str, Any]:
    return {"marker": MARKERS[index % len(MARKERS)], "color": COLOURS[index % len(COLOURS)]}


def _support(
    axes: Axes, support: Sequence[Point | None], owners: Sequence[str], classes: Sequence[str]
) -> None:
    for index, name in enumerate(classes):
        own = [
            point for point, owner in zip(support, owners, strict=True) if owner == name and point is not None
        ]
        if own:
            axes.plot(*zip(*own, strict=True), linestyle="none", markersize=5.5, **_style(index))


def _prototypes(axes: Axes, returned: Sequence[Point | None], expected: Sequence[Point | None]) -> None:
    for index, point in enumerate(expected):
        if point is not None:
            axes.plot(*point, "o", ms=12, mfc="none", mec=COLOURS[index % len(COLOURS)], mew=1.6)
    for index, point in enumerate(returned):
        if point is not None:
            axes.plot(*point, "x", ms=8, mec=COLOURS[index % len(COLOURS)], mew=2.4)
    drawn = [point for point in [*returned, *expected] if point is not None]
    axes.autoscale_view()
    span = max(_extent(axes.dataLim.width), _extent(axes.dataLim.height), 1e-12)
    for start, end in zip(returned, expected, strict=False):
        if start in drawn and end in drawn and start is not None and end is not None:
            if math.dist(start, end) < 0.06 * span:
                continue  # cross and circle touch already
            arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1, "shrinkA": 5, "shrinkB": 7}
            axes.annotate("", xy=end, xytext=start, arrowprops=arrow)


def _extent(size: float) -> float:
    return size if math.isfinite(size) else 0.0


def _legend(classes: Sequence[str], returned: bool, expected: bool) -> list[Line2D]:
    entries = [
        Line2D([], [], linestyle="none", markersize=5.5, label=f"class {name}", **_style(index))
        for index, name in enumerate(classes[:7])
    ]
    if len(classes) > 7:
        entries.append(Line2D([], [], linestyle="none", label=f"and {len(classes) - 7} classes"))
    if returned:
        entries.append(Line2D([], [], ls="none", marker="x", ms=7, mew=2, mec=INK, label="came back"))
    if expected:
        entries.append(Line2D([], [], ls="none", marker="o", ms=9, mfc="none", mec=INK, label="had to be"))
    return entries


def _alt(
    support: Sequence[Point | None],
    classes: Sequence[str],
    returned: Sequence[Point | None],
    expected: Sequence[Point | None],
) -> str:
    said = [
        f"{plural(len(support), 'support point')} of {plural(len(classes), 'class', 'classes')} in the plane."
    ]
    for index in range(min(max(len(returned), len(expected)), 6)):
        name = label(classes[index]) if index < len(classes) else "?"
        came = _place(returned[index]) if index < len(returned) else "nothing"
        had = f" and {_place(expected[index])} had to" if index < len(expected) else ""
        said.append(f"For class {name} {came} came back{had}.")
    outside = sum(point is None for point in [*support, *returned, *expected])
    if outside:
        verb = "point is" if outside == 1 else "points are"
        said.append(f"{outside} {verb} not drawn, being no finite number or too far away.")
    return " ".join(said)


def _place(point: Point | None) -> str:
    return "no finite point" if point is None else f"({shown(point[0])}, {shown(point[1])})"
