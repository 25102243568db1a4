"""A class of a made-up assignment of two exercises, graded in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.laws.vocabulary import Law, function, gives
from autograder.runner import Grader
from tests.runner.made_up import DOUBLES, InThisProcess, assignment, check, numbers, write_notebook

RIGHT = "def double(x):\n    return 2 * x"
TRIPLE = "def triple(x):\n    return 3 * x"
triple = function("triple", "x")


def triples(x: np.ndarray) -> Law:
    return gives(triple(x), 3 * x, 1e-9, "triple")


TRIPLES = check(triples, exercise="triple", x=numbers(2))


def hand_in(course: Path, student: str, *sources: str) -> Path:
    folder = course / "submitted" / student / "made_up"
    folder.mkdir(parents=True, exist_ok=True)
    return write_notebook(folder / "made_up.ipynb", *(sources or (RIGHT, TRIPLE)))


@pytest.fixture
def make_grader() -> Callable[..., Grader]:
    def make(*checks: object, points: float = 3.0) -> Grader:
        exercises = (
            Exercise("double", "double_checks", points, manual=False),
            Exercise("triple", "triple_checks", 2.0, manual=False),
        )
        chosen = checks or (DOUBLES, TRIPLES)
        return Grader(assignment(*exercises), Settings(seed=11), InThisProcess(), checks=chosen)  # type: ignore[arg-type]

    return make


@pytest.fixture
def grader(make_grader: Callable[..., Grader]) -> Grader:
    return make_grader()
