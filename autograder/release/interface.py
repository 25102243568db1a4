"""What a submission relies on: grade ids, points, locked cells, signatures. Between two releases it may not change
while submissions are there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.folders import SUBMITTED

AUTOGRADED = "autograded"


@dataclass(frozen=True)
class Marked:
    """A cell with a grade id. `signatures`: name -> parameters, of what a solution cell has students write."""

    points: float | None
    locked: str | None
    signatures: Mapping[str, str]


def interface(document: Mapping[str, Any]) -> dict[str, Marked]:
    """Return grade id -> what of the cell submissions rely on."""
    return {marks["grade_id"]: _marked(cell, marks) for cell, marks in _marked_cells(document)}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say in words what changed between two notebooks; nothing where submissions of the old one fit the new one."""
    before, after = interface(old), interface(new)
    told = [f"{name}: the cell is gone, or has another grade id" for name in before if name not in after]
    told += [f"{name}: the cell is new" for name in after if name not in before]
    for name in before:
        if name in after:
            told += [f"{name}: {change}" for change in _differences(before[name], after[name])]
    return told


def students(course: Path, assignment: str) -> list[str]:
    """Return who has submitted the assignment, or has been graded."""
    folders = [*course.glob(f"{SUBMITTED}/*/{assignment}"), *course.glob(f"{AUTOGRADED}/*/{assignment}")]
    return sorted({folder.parent.name for folder in folders if folder.is_dir()})


def _marked_cells(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for cell in document["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id"):
            yield cell, marks


def _marked(cell: Mapping[str, Any], marks: Mapping[str, Any]) -> Marked:
    source = "".join(cell["source"])
    graded = marks.get("grade") or marks.get("task")
    locked = bool(marks.get("locked")) and not marks.get("solution")
    return Marked(
        points=float(marks.get("points", 0)) if graded else None,
        locked=source.strip() if locked and cell["cell_type"] == "code" else None,
        signatures=signatures(source) if marks.get("solution") and cell["cell_type"] == "code" else {},
    )


def signatures(source: str) -> dict[str, str]:
    """Return name -> parameters, of the functions, classes and methods at the top of a cell's code."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return {}
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = f"({ast.unparse(node.args)})"
        elif isinstance(node, ast.ClassDef):
            found[node.name] = f"({', '.join(map(ast.unparse, node.bases))})"
            inner = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            found |= {f"{node.name}.{each.name}": f"({ast.unparse(each.args)})" for each in inner}
    return found


def _differences(old: Marked, new: Marked) -> Iterator[str]:
    if old.points != new.points:
        yield f"{_points(old.points)} before, {_points(new.points)} now"
    if old.locked != new.locked:
        yield "the text of the locked cell changed"
    for name in {**old.signatures, **new.signatures}:
        was, now = old.signatures.get(name), new.signatures.get(name)
        if was != now:
            yield f"{name}{was or ' was not there'} before, {name}{now or ' is not there'} now"


def _points(points: float | None) -> str:
    return "no points" if points is None else f"{points:g} points"
