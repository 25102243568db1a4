"""The items of an episode, one line of tiles per class: support, query, and what is wrongly both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from autograder.feedback.pictures.svg import COLOURS, INK, drawing, figure, to_svg
from autograder.feedback.pictures.values import MalformedError, item, labels, listed
from autograder.feedback.words import plural

MOST_ITEMS, MOST_CLASSES, MOST_TILES = 400, 10, 12
Tiles = dict[str, list[tuple[int, str]]]  # class -> (item, role); role: support, query or both


def draw_episode(data: Mapping[str, Any]) -> tuple[str, str]:
    """(svg, alternative text)"""
    classes = labels(data.get("classes", []), 10_000)
    overlap = {item(value) for value in listed(data.get("overlap") or [], MOST_ITEMS)}
    tiles: Tiles = {}
    for role in ("support", "query"):
        for name, index in _items(data.get(role, []), classes):
            tiles.setdefault(name, []).append((index, "both" if index in overlap else role))
    if not tiles:
        raise MalformedError("no items")
    alt = _alt(tiles, overlap)
    drawn = dict(list(tiles.items())[:MOST_CLASSES])
    with drawing():
        made = figure(0.6 + 0.36 * len(drawn))
        axes = made.add_subplot()
        for line, row in enumerate(drawn.values()):
            for column, (index, role) in enumerate(row[:MOST_TILES]):
                _tile(axes, column, line, index, role)
            if len(row) > MOST_TILES:
                axes.text(MOST_TILES, line, "…", va="center")
        _frame(axes, list(drawn), max(len(row) for row in drawn.values()))
        made.legend(handles=_legend(bool(overlap)), loc="outside lower center", ncols=3)
        return to_svg(made, alt), alt


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
    return [(classes[one] if 0 <= one < len(classes) else "no such item", one) for one in found]


def _tile(axes: Axes, column: int, line: int, index: int, role: str) -> None:
    colour = {"support": COLOURS[0], "query": INK, "both": COLOURS[1]}[role]
    box = Rectangle((column - 0.44, line - 0.38), 0.88, 0.76, linewidth=1.3, edgecolor=colour)
    box.set_facecolor("none" if role == "query" else colour)
    if role == "both":
        box.set_linewidth(2)
    axes.add_patch(box)
    text = f"{index}" if len(str(index)) < 7 else "…"
    axes.text(
        column, line, text, ha="center", va="center", fontsize=8, color=INK if role == "query" else "white"
    )
    if role == "both":
        axes.plot([column - 0.44, column + 0.44], [line + 0.3, line + 0.3], color="white", linewidth=1.2)


def _frame(axes: Axes, names: Sequence[str], longest: int) -> None:
    axes.set_xlim(-0.6, max(min(longest, MOST_TILES + 1), 8) - 0.4)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_yticks(
        range(len(names)), [name if name == "no such item" else f"class {name}" for name in names]
    )
    axes.set_xticks([])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(overlap: bool) -> list[Patch]:
    entries = [
        Patch(facecolor=COLOURS[0], edgecolor=COLOURS[0], label="support"),
        Patch(facecolor="none", edgecolor=INK, linewidth=1.3, label="query"),
    ]
    if overlap:
        entries.append(Patch(facecolor=COLOURS[1], edgecolor=COLOURS[1], label="in both (underlined)"))
    return entries


def _alt(tiles: Tiles, overlap: set[int]) -> str:
    roles = [role for row in tiles.values() for _, role in row]
    said = f"An episode of {plural(len(tiles), 'class', 'classes')}: {roles.count('support')} support and "
    said += f"{roles.count('query')} query items."
    if overlap:
        named = ", ".join(str(index) for index in sorted(overlap)[:12])
        said += f" In support and query alike: {named}{', …' if len(overlap) > 12 else ''}."
    strangers = [str(index) for index, _ in tiles.get("no such item", [])]
    return said + (f" No such items: {', '.join(strangers[:12])}." if strangers else "")
