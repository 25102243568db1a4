"""Exercises as the source notebooks state them: names, points, and whether a notebook is there at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Exercise:
    """An exercise of an assignment. `points` is None where its notebook does not have it (yet)."""

    assignment: str
    name: str
    points: float | None


def exercise(place: str) -> Exercise:
    """Look up ASSIGNMENT/EXERCISE."""
    assignment, name = place.split("/")
    return Exercise(assignment, name, points(assignment).get(name))


@cache
def points(assignment: str) -> dict[str, float]:
    """Return the points of each exercise of an assignment; nothing where there is no such notebook."""
    notebook = ROOT / "assignments" / assignment / f"{assignment}.ipynb"
    if not notebook.exists():
        return {}
    total: dict[str, float] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        graded = cell["metadata"].get("nbgrader", {})
        if found := re.fullmatch(r"(\w+?)_checks(_\d+)?", graded.get("grade_id", "")):
            total[found[1]] = total.get(found[1], 0) + graded.get("points", 0)
    return total
