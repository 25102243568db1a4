"""The items of an episode as images, one line per class: support, query, and what is wrongly drawn twice.

Checks of episodes speak of items without pictures. So that a reader sees characters and not numbers, each item is shown as
a drawing: its class chooses the character, its place within the class chooses who drew it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from autograder.datasets.glyphs import outlines
from autograder.feedback.phrases import plural
from autograder.feedback.pictures.svg import COLOURS, INK, drawing, figure, to_svg
from autograder.feedback.pictures.values import MalformedError, item, labels, listed

MOST_ITEMS, MOST_CLASSES, MOST_TILES = 400, 10, 12
DRAWERS = 8
PITCH = 1.3  # from line to line, in widths of a tile: the number of an item stands below it
STRANGE = "no such item"
BOTH, TWICE = "in both", "drawn twice"
CROSS = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Tile:
    """An item in its role; `wrong` says what is wrong with it, or nothing. `drawer` is its place within its class."""

    index: int
    role: str
    wrong: str
    drawer: int


Tiles = dict[str, list[Tile]]


def draw(data: Mapping[str, Any]) -> tuple[str, str]:
    """Draw the items of an episode, a row per class; return (svg, alternative text). Raises MalformedError."""
    classes = labels(data.get("classes", []), 10_000)
    marked = {item(value) for value in listed(data.get("overlap") or [], MOST_ITEMS)}
    drawn = {role: _items(data.get(role, []), classes) for role in ("support", "query")}
    tiles = _tiles(drawn, classes, marked)
    if not tiles:
        raise MalformedError("no items")
    alt = _alt(tiles)
    shown = dict(list(tiles.items())[:MOST_CLASSES])
    longest = max(min(len(row), MOST_TILES + 1) for row in shown.values())
    across = max(longest, 7) + 1.6  # the names of the classes take the room of more than a tile
    with drawing():
        made = figure(0.45 + 4.3 / across * PITCH * len(shown))
        axes = made.add_subplot()
        for line, (name, row) in enumerate(shown.items()):
            for column, tile in enumerate(row[:MOST_TILES]):
                _draw_tile(axes, column, line, tile, known=name != STRANGE)
            if len(row) > MOST_TILES:
                axes.text(MOST_TILES - 0.4, PITCH * line, "…", va="center")
        _frame(axes, list(shown), longest)
        made.legend(handles=_legend(tiles), loc="outside lower center", ncols=4, columnspacing=1.2)
        return to_svg(made, alt), alt


def _tiles(drawn: Mapping[str, list[tuple[str, int]]], classes: Sequence[str], marked: set[int]) -> Tiles:
    counts = {role: Counter(index for _, index in items) for role, items in drawn.items()}
    seen: Counter[str] = Counter()
    drawers = []
    for name in classes:
        drawers.append(seen[name] % DRAWERS)
        seen[name] += 1
    tiles: Tiles = {}
    for role, items in drawn.items():
        for name, index in items:
            both = index in marked or all(count[index] for count in counts.values())
            wrong = BOTH if both else TWICE if counts[role][index] > 1 else ""
            drawer = drawers[index] if 0 <= index < len(drawers) else 0
            tiles.setdefault(name, []).append(Tile(index, role, wrong, drawer))
    return tiles


def _items(value: Any, classes: Sequence[str]) -> list[tuple[str, int]]:
    """(class, item) of one role: from one list of items, or from one list per group."""
    entries = listed(value, MOST_ITEMS)
    if entries and all(isinstance(entry, list | tuple) for entry in entries):
        if len(entries) > len(classes):
            raise MalformedError("more groups than classes")
        return [
            (classes[at], item(one)) for at, group in enumerate(entries) for one in listed(group, MOST_ITEMS)
        ]
    found = [item(entry) for entry in entries]
    return [(classes[one] if 0 <= one < len(classes) else STRANGE, one) for one in found]


@cache
def _characters() -> list[Any]:
    return outlines(MOST_CLASSES, DRAWERS)


def _draw_tile(axes: Axes, column: int, line: int, tile: Tile, known: bool) -> None:
    middle = PITCH * line
    colour = COLOURS[1] if tile.wrong else COLOURS[0] if tile.role == "support" else INK
    frame = Rectangle((column - 0.43, middle - 0.43), 0.86, 0.86, fill=False, edgecolor=colour)
    frame.set_linewidth(2.4 if tile.wrong else 1.6 if tile.role == "support" else 0.9)
    if tile.role == "query":
        frame.set_linestyle((0, (3, 2)))
    axes.add_patch(frame)
    for stroke in _characters()[line % MOST_CLASSES][tile.drawer] if known else ():
        x, y = column + 0.34 * stroke[:, 0], middle + 0.34 * stroke[:, 1]
        axes.plot(np.round(x, 3), np.round(y, 3), color=INK, linewidth=1.7, solid_capstyle="round")
    if not known:
        axes.text(column, middle, "?", ha="center", va="center", fontsize=13, color=INK)
    if tile.wrong:
        corner = ([column + 0.20, column + 0.36], [middle - 0.36, middle - 0.20])
        axes.plot(*corner, color=COLOURS[1], linewidth=2)
        axes.plot(corner[0], corner[1][::-1], color=COLOURS[1], linewidth=2)
    text = f"{tile.index}" if len(str(tile.index)) < 7 else "…"
    axes.text(column, middle + 0.49, text, ha="center", va="top", fontsize=7, color=INK)


def _frame(axes: Axes, names: Sequence[str], longest: int) -> None:
    axes.set_xlim(-0.5, max(longest, 7) - 0.5)
    axes.set_ylim(PITCH * len(names) - 0.52, -0.48)
    places = [PITCH * line for line in range(len(names))]
    axes.set_yticks(places, [name if name == STRANGE else f"class {name}" for name in names])
    axes.set_xticks([])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(tiles: Tiles) -> list[Patch]:
    found = {tile.wrong for row in tiles.values() for tile in row}
    dashed: Any = (0, (3, 2))
    entries = [
        Patch(facecolor="none", edgecolor=COLOURS[0], linewidth=1.6, label="support"),
        Patch(facecolor="none", edgecolor=INK, linewidth=0.9, linestyle=dashed, label="query"),
    ]
    for wrong in (BOTH, TWICE):
        if wrong in found:
            entries.append(
                Patch(facecolor="none", edgecolor=COLOURS[1], linewidth=2.4, label=f"{CROSS} {wrong}")
            )
    return entries


def _alt(tiles: Tiles) -> str:
    every = [tile for row in tiles.values() for tile in row]
    roles = [tile.role for tile in every]
    said = f"An episode of {plural(len(tiles), 'class', 'classes')}: {roles.count('support')} support and "
    said += f"{roles.count('query')} query items, each drawn as a character of its class."
    for wrong, words in ((BOTH, "In support and query alike"), (TWICE, "Drawn twice")):
        found = sorted({tile.index for tile in every if tile.wrong == wrong})
        if found:
            said += f" {words}: {', '.join(map(str, found[:12]))}{', …' if len(found) > 12 else ''}."
    strangers = [str(tile.index) for tile in tiles.get(STRANGE, [])]
    return said + (f" No such items: {', '.join(strangers[:12])}." if strangers else "")
