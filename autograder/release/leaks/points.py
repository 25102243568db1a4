"""Points and grade ids that no check answers, in the notebook as students get it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.course.assignment import CHECKS_SUFFIX
from autograder.laws.registry import Check
from autograder.release.leaks import trees
from autograder.release.leaks.scan import Finding


def unanswered(name: str, document: Mapping[str, Any], checks: Sequence[Check]) -> Iterator[Finding]:
    """Yield findings about points: grade cells and checks that do not belong together.

    name       the notebook's file
    document   the notebook as JSON
    checks     the assignment's

    Found are grade cells without checks, checks without a grade cell, ids that are there twice, and cells that ask for
    another exercise.
    """
    known = {check.exercise for check in checks}
    ids: list[str] = []
    answered: set[str] = set()
    for index, cell in enumerate(document["cells"]):
        marks = cell["metadata"].get("nbgrader", {})
        grade_id = marks.get("grade_id")
        if grade_id in ids:
            yield Finding(
                name, index, f"The grade id {grade_id!r} is there twice.", "Rename one of the cells."
            )
        if grade_id:
            ids.append(grade_id)
        asked = _asked("".join(cell["source"])) if cell["cell_type"] == "code" else []
        for exercise in asked:
            if exercise not in known:
                remedy = f"Write a check for it, or name one of: {', '.join(sorted(known))}."
                yield Finding(
                    name, index, f"No check looks at {exercise!r}, which the cell asks for.", remedy
                )
        if not (marks.get("grade") or marks.get("task")):
            if marks.get("points"):
                yield Finding(
                    name,
                    index,
                    f"The cell has {marks['points']} points and is not graded.",
                    "Take the points out, or make it a graded cell in nbgrader's toolbar.",
                )
            continue
        if marks.get("solution") or marks.get("task"):
            continue  # a person gives these points
        exercise = str(grade_id or "").removesuffix(CHECKS_SUFFIX)
        answered.add(exercise)
        if exercise not in known:
            yield Finding(
                name,
                index,
                f"No check answers for the {marks.get('points', 0)} points of {grade_id!r}.",
                "Write one, or name the cell EXERCISE_checks.",
            )
        elif asked and exercise not in asked:
            yield Finding(
                name,
                index,
                f"The cell has the points of {exercise} and asks for {', '.join(asked)}.",
                "Let it ask for its own exercise.",
            )
    for exercise in sorted(known - answered):
        yield Finding(
            name,
            None,
            f"The checks of {exercise} have no graded cell.",
            f"Add a locked cell {exercise}{CHECKS_SUFFIX} with points.",
        )


def _asked(source: str) -> list[str]:
    """What the cell's `check("...")` calls name."""
    module = trees.parsed(source)
    return [
        node.args[0].value
        for node in (ast.walk(module) if module is not None else ())
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "check"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
