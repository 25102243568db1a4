"""A course so small that an attack costs milliseconds: two functions, laws of every kind, and a half-right student.

`double` has relational laws and a hidden law with known values; `centre` has laws about what only the worker can see.
The half-right student loses points everywhere, so that there is something to gain by cheating.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import Assignment, Exercise
from autograder.course.settings import Settings
from autograder.laws.registry import Check
from autograder.laws.vocabulary import (
    Law,
    Violation,
    close,
    function,
    gives,
    tensor,
    untouched,
    values,
    watching,
)
from autograder.model import Call, Limits, Returned
from autograder.runner import Grader
from autograder.runner.submission import Boundary
from autograder.submission import notebook
from tests.runner.made_up import check, numbers

NAME = "tiny"
SEED = 4711
LIMITS = Limits(
    cell_seconds=0.8,
    call_seconds=0.4,
    submission_seconds=20.0,
    patience=5.0,  # of other tests on the same cores; what sleeps for ever waits so long, too
    memory_bytes=512 << 20,
    file_bytes=8 << 20,
    scratch_bytes=16 << 20,
    output_bytes=1 << 16,
)

WRONG_DOUBLE = "def double(x):\n    return x + x.abs()\n"
RUDE_CENTRE = "def centre(x):\n    mean = x.mean()\n    x -= mean\n    torch.rand(1)\n    return x.clone()\n"  # right, and a vandal
RIGHT_DOUBLE = "def double(x):\n    return 2 * x\n"
RIGHT_CENTRE = "def centre(x):\n    return x - x.mean()\n"


# --- laws --------------------------------------------------------------------------------------------------------------


def _like_its_argument(out: Any, call: Call) -> Violation | None:
    return tensor(out, "the result", call.arguments["x"].shape, "float64")


double = function("double", "x", form=_like_its_argument)
centre = function("centre", "x", form=_like_its_argument)


def runs(x: np.ndarray) -> Law:
    return Law((double(x),), lambda out: None)


def adds_up(x: np.ndarray, y: np.ndarray) -> Law:
    """The one law whose inputs are drawn, so that a search for a smaller one is part of every attack."""

    def judge(one: Any, other: Any, together: Any) -> Violation | None:
        return close(together, values(one) + values(other), 1e-9, "double")

    return Law((double(x), double(y), double(x + y)), judge)


def _secret(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=5)


def doubles(seed: int) -> Law:
    return gives(double(_secret(seed)), 2 * _secret(seed), 1e-9, "double")


def centres(seed: int) -> Law:
    return gives(centre(_secret(seed)), _secret(seed) - _secret(seed).mean(), 1e-9, "centre")


def inputs_stay(seed: int) -> Law:
    return untouched(centre(_secret(seed)), "x")


def generators_stay(seed: int) -> Law:
    def judge(outcome: Returned) -> Violation | None:
        return Violation(f"It touched {outcome.touched[0]}.") if outcome.touched else None

    return Law((watching(centre(_secret(seed)), "generators"),), judge, outcomes=True)


def stays_on_its_device(seed: int) -> Law:
    def judge(out: Any) -> Violation | None:
        return None if out.device == "cpu" else Violation("It moved.", out.device, "cpu")

    return Law((centre(_secret(seed)),), judge)


CHECKS: tuple[Check, ...] = (
    check(runs, precondition=True, examples=2, x=numbers(2)),
    check(adds_up, examples=10, x=numbers(1), y=numbers(1)),
    check(doubles, visibility="hidden", weight=2),
    check(centres, exercise="centre", visibility="hidden", weight=2),
    check(inputs_stay, exercise="centre"),
    check(generators_stay, exercise="centre"),
    check(stays_on_its_device, exercise="centre"),
)


# --- notebooks ---------------------------------------------------------------------------------------------------------


def cell(
    source: str, grade_id: str | None = None, tags: tuple[str, ...] = (), **marks: Any
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    if grade_id is not None:
        base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        metadata["nbgrader"] = {**base, "grade_id": grade_id, **marks}
    return {
        "cell_type": "code",
        "id": f"c{abs(hash((source, grade_id))) % 10**8}",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def document(solutions: tuple[str, str] = (WRONG_DOUBLE, RUDE_CENTRE)) -> dict[str, Any]:
    """The source notebook of the course with these solutions: the half-right student's, where none are given."""
    cells = [
        cell("import torch\nskip_training = False", tags=("parameters",)),
        cell(solutions[0], "double", solution=True),
        cell(
            'from autograder import check\ncheck("double")',
            "double_checks",
            grade=True,
            locked=True,
            points=4,
        ),
        cell(solutions[1], "centre", solution=True),
        cell('check("centre")', "centre_checks", grade=True, locked=True, points=5),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}


def raw(made: dict[str, Any] | bytes) -> bytes:
    return made if isinstance(made, bytes) else json.dumps(made).encode()


def hand_in(folder: Path, made: dict[str, Any] | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    path.write_bytes(raw(made))
    return path


def attacked(cells: list[str], solutions: dict[str, str]) -> dict[str, Any]:
    """The half-right student's notebook with `cells` before the first exercise and `solutions` in place of his own."""
    made = copy.deepcopy(document())
    for each in made["cells"]:
        grade_id = each["metadata"].get("nbgrader", {}).get("grade_id")
        each["source"] = solutions.get(grade_id, each["source"])
    made["cells"][1:1] = [cell(source) for source in cells]
    return made


# --- the grader --------------------------------------------------------------------------------------------------------


def assignment() -> Assignment:
    source = notebook.parse(raw(document((RIGHT_DOUBLE, RIGHT_CENTRE))), f"{NAME}.ipynb")
    exercises = (
        Exercise("double", "double_checks", 4.0, manual=False),
        Exercise("centre", "centre_checks", 5.0, manual=False),
    )
    return Assignment(NAME, source, exercises)


def grader(boundary: Boundary, limits: Limits = LIMITS, **settings: Any) -> Grader:
    return Grader(
        assignment(), Settings(seed=SEED, limits=limits, **settings), boundary, checks=CHECKS, hidden=True
    )
