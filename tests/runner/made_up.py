"""Checks that are in no table, and a course that is on no disk: what the tests beside this file run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.course.assignment import Assignment, Exercise
from autograder.laws.registry import Body, Check
from autograder.laws.vocabulary import Law, function, gives
from autograder.model import Cell, Limits, Notebook, Visibility
from autograder.sandbox.inprocess import InProcess

double = function("double", "x")


def check(
    body: Body,
    *,
    exercise: str = "double",
    name: str | None = None,
    weight: float = 1.0,
    precondition: bool = False,
    examples: int = 10,
    also: Iterable[Mapping[str, Any]] = (),
    visibility: Visibility = "public",
    gpu: bool = False,
    essential: bool = False,
    **strategies: Any,
) -> Check:
    return Check(
        assignment="made_up",
        exercise=exercise,
        name=name or body.__name__,
        law="It is so.",
        visibility=visibility,
        weight=weight,
        precondition=precondition,
        body=body,
        strategies=strategies,
        examples=examples,
        also=tuple(also),
        gpu=gpu,
        essential=essential,
    )


def numbers(*shape: int) -> st.SearchStrategy[np.ndarray]:
    size = int(np.prod(shape))
    return st.lists(st.integers(-50, 50), min_size=size, max_size=size).map(
        lambda entries: np.array(entries, dtype=np.float64).reshape(shape)
    )


def doubles(x: np.ndarray) -> Law:
    return gives(double(x), 2 * x, 1e-9, "double")


DOUBLES = check(doubles, x=numbers(2))


class InThisProcess:
    """A boundary that is none; it keeps its sessions, to be looked at."""

    name = "in process"

    def __init__(self) -> None:
        self.sessions: list[InProcess] = []

    def session(self, limits: Limits) -> InProcess:
        self.sessions.append(InProcess())
        return self.sessions[-1]


def cell(index: int, source: str, grade_id: str | None = None, **flags: Any) -> Cell:
    return Cell(index, flags.pop("kind", "code"), source, grade_id=grade_id, **flags)


def assignment(*exercises: Exercise, cells: tuple[Cell, ...] = ()) -> Assignment:
    return Assignment("made_up", Notebook("made_up.ipynb", cells), exercises)


def write_notebook(path: Path, *sources: str, metadata: Mapping[str, Any] | None = None) -> Path:
    """A notebook of code cells."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": dict(metadata or {}), "cells": cells}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
