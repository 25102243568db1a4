"""A submission that lost points is asked what known mistakes were asked, and named by the one whose answers it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.feedback.json import from_json, to_json
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, function, gives
from autograder.model import NamedMistake, Notebook, Score
from autograder.runner import Grader
from autograder.runner.naming import KnownPrograms, Namer
from autograder.runner.naming.programs import KnownProgram
from tests.runner.made_up import InThisProcess, assignment, cell, check, doubles, numbers, write_notebook

DOUBLE = Exercise("double", "double_checks", 3.0, manual=False)
QUADRUPLE = Exercise("quadruple", "quadruple_checks", 3.0, manual=False)
DOUBLES = check(doubles, examples=40, x=numbers(2))
RIGHT = "def double(x):\n    return 2 * x"
SQUARES = "def double(x):\n    return x * x"
THRICE = "def double(x):\n    return x + 2 * x"
QUADRUPLES = "def quadruple(x):\n    return double(double(x))"


def quadrupled(x: np.ndarray) -> Law:
    return gives(function("quadruple", "x")(x), 4 * x, 1e-9, "quadruple")


HIDDEN = check(lambda x: gives(function("double", "x")(x), 2 * x, 1e-9, "double"), name="hidden", visibility="hidden", examples=40, x=numbers(3))  # fmt: skip
OF_BOTH = (DOUBLES, check(quadrupled, exercise="quadruple", examples=40, x=numbers(2)))


def program(name: str, *sources: str, says: str = "") -> KnownProgram:
    cells = tuple(cell(i, source) for i, source in enumerate(sources))
    return KnownProgram(name, Notebook("made_up.ipynb", cells), says)


PROGRAMS = KnownPrograms(
    right={"double": (program("source", RIGHT),), "quadruple": (program("source", RIGHT, QUADRUPLES),)},
    mistakes={
        "double": (program("squares", SQUARES, says="squares"), program("thrice", THRICE, says="triples")),
        "quadruple": (program("ninefold", THRICE, QUADRUPLES, says="multiplies by nine"),),
    },
)


def graded(
    folder: Path, *sources: str, checks: tuple[Check, ...] = (DOUBLES,), programs: KnownPrograms = PROGRAMS, **more: Any
) -> Score:  # fmt: skip
    exercises = (DOUBLE, QUADRUPLE) if len(checks) > 1 else (DOUBLE,)
    cells = tuple(
        cell(i, source, each.name, solution=True)
        for i, (each, source) in enumerate(zip(exercises, (RIGHT, QUADRUPLES), strict=False))
    )
    by = Grader(
        assignment(*exercises, cells=cells),
        Settings(seed=11, **more),
        InThisProcess(),
        checks=checks,
        namer=Namer(programs, folder / "answers"),
    )
    return by.grade(write_notebook(folder / "made_up.ipynb", *sources), "ada").score


def test_a_program_written_otherwise_is_named_by_the_mistake_it_makes(tmp_path: Path) -> None:
    score = graded(tmp_path, "def double(x):\n    return x ** 2")
    expected = (NamedMistake("This is what a program returns that squares.", ("squares",)),)
    assert score.exercises[0].named == expected
    assert from_json(to_json(score)) == score


def test_what_is_right_or_wrong_in_another_way_has_no_name(tmp_path: Path) -> None:
    for source in (
        RIGHT,
        "def double(x):\n    return x ** 3",
        "def double(x):\n    return 2 * x.clamp(max=10)",
    ):
        assert graded(tmp_path, source).exercises[0].named == ()


def test_a_program_that_only_calls_itself_so_on_most_inputs_has_no_name(tmp_path: Path) -> None:
    source = "def double(x):\n    return x * x if x[0] < 20 else x * x + 1"
    assert graded(tmp_path, source).exercises[0].named == ()


def test_an_exercise_that_uses_a_broken_one_is_not_named_by_its_answers(tmp_path: Path) -> None:
    score = graded(tmp_path, THRICE, QUADRUPLES, checks=OF_BOTH)
    assert [[each.mistakes for each in one.named] for one in score.exercises] == [[("thrice",)], []]


def test_answers_are_kept_and_give_the_same_names_again(tmp_path: Path) -> None:
    first = graded(tmp_path, SQUARES)
    kept = {path.name: path.read_bytes() for path in (tmp_path / "answers").iterdir()}
    assert len(kept) == 3
    for path in (tmp_path / "answers").iterdir():
        path.write_bytes(path.read_bytes()[:20])  # cut short: asked again
    assert graded(tmp_path, SQUARES).exercises == first.exercises
    assert {path.name: path.read_bytes() for path in (tmp_path / "answers").iterdir()} == kept


def test_hidden_checks_ask_nothing_where_their_inputs_are_not_shown(tmp_path: Path) -> None:
    only_long = "def double(x):\n    return x * x if len(x) == 3 else 2 * x"
    known = replace(PROGRAMS, mistakes={"double": (program("long", only_long, says="squares long inputs"),)})
    shown = graded(tmp_path, only_long, checks=(HIDDEN,), programs=known)
    assert [each.mistakes for each in shown.exercises[0].named] == [("long",)]
    withheld = graded(tmp_path, only_long, checks=(HIDDEN,), programs=known, reveal="law")
    assert withheld.exercises[0].named == ()
