"""A function that was right at its check stays right, whatever a later cell calls its names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from autograder.course.settings import Settings
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, function, gives
from autograder.model import Cell, Notebook, Score
from autograder.runner import Grader
from autograder.runner.at_check import rebound
from autograder.sandbox.jailed import Sandbox
from tests.runner.made_up import DOUBLES, InThisProcess, assignment, cell, check, numbers, write_notebook
from tests.runner.test_submission import DOUBLE

IMPORTS = "import torch\nfactor = 2\ndef helper(x):\n    return sum([factor * x])"
RIGHT = "def double(x):\n    return helper(x)"
CHECK = 'check("double")'


def hidden_doubles(x: np.ndarray) -> Law:
    return gives(function("double", "x")(x), 2 * x, 1e-9, "double")


HIDDEN = check(hidden_doubles, visibility="hidden", x=numbers(3))


def graded(folder: Path, boundary: Any, *sources: str, **settings: Any) -> Score:
    """The cells are: locked imports, the solution, its check, and what follows."""
    path = write_notebook(folder / "made_up.ipynb", *sources)
    cells = (
        cell(0, IMPORTS, "imports"),
        cell(1, RIGHT, "double", solution=True),
        cell(2, CHECK, "double_checks", locked=True),
    )
    source = assignment(DOUBLE, cells=cells)
    return (
        Grader(source, Settings(seed=11, **settings), boundary, checks=[DOUBLES, HIDDEN])
        .grade(path, "ada")
        .score
    )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize(
    ("later", "names"),
    [
        ("factor = 3\nsum = 0", "factor and sum get"),
        ("sum = None", "sum gets"),
        ("def helper(x): return x", "helper gets"),
        ("double = 7", "double gets"),
        ("del helper", "helper gets"),
        ("import math as helper", "helper gets"),
    ],
)
@pytest.mark.parametrize("reveal", ["law", "counterexample"])
def test_it_is_judged_as_it_stood_at_its_check(
    sandbox: Sandbox, tmp_path: Path, later: str, names: str, reveal: Any
) -> None:
    score = graded(tmp_path, sandbox, IMPORTS, RIGHT, CHECK, "fine = 1", later, reveal=reveal)
    assert score.score == 3.0
    (cause,) = score.exercises[0].causes
    assert (cause.kind, cause.cell) == ("bound_again", 4)
    assert cause.what == (
        f"{names} another meaning in cell 4, behind this exercise, which does not work with it. "
        "The exercise was judged as it stood at its check."
    )


def test_what_is_mended_further_down_counts(tmp_path: Path) -> None:
    wrong = "def double(x):\n    return 3 * x"
    score = graded(tmp_path, InThisProcess(), IMPORTS, wrong, CHECK, RIGHT)
    assert (score.score, score.exercises[0].causes) == (3.0, ())


def test_a_wrong_function_stays_wrong_and_a_harmless_new_name_is_no_cause(tmp_path: Path) -> None:
    wrong = "def double(x):\n    return helper(x) + 1"
    score = graded(tmp_path, InThisProcess(), IMPORTS, wrong, CHECK, "x = 1\nimport torch\nfactor = 2")
    assert (score.score, score.exercises[0].causes) == (0.0, ())


def test_a_wrong_function_is_judged_by_what_is_wrong_with_it(tmp_path: Path) -> None:
    wrong = "def double(x):\n    return helper(x) + 1"
    score = graded(tmp_path, InThisProcess(), IMPORTS, wrong, CHECK, "helper = 0")
    assert score.exercises[0].checks[0].verdict == "falsified"
    assert score.exercises[0].causes[0].kind == "bound_again"


def test_nothing_runs_again_where_no_name_got_another_meaning() -> None:
    """Other cells use other names, and a function's own parameters and variables are nobody's."""
    wrong = "def double(x):\n    y = 3 * x\n    return y"
    cells = tuple(
        Cell(at, "code", text) for at, text in enumerate((IMPORTS, wrong, CHECK, "x = y = net = 1"))
    )
    assert rebound(Notebook("n", cells), 2, ["double"]) == {}


def at(value: float, **options: Any) -> Check:
    """`double` at one number."""

    def doubles_it(x: np.ndarray) -> Law:
        return gives(function("double", "x")(x), 2 * x, 1e-9, "double")

    return check(doubles_it, name=f"at_{value:g}", x=st.just(np.array([value])), **options)


def test_what_earns_more_stands_also_where_fewer_laws_hold_by_weight(tmp_path: Path) -> None:
    """At the end an essential law is broken, and the heaviest holds; at the check it is the other way round."""
    checks = [at(1.0, essential=True), at(3.0, weight=2.0), at(4.0)]
    cells = ("table = {1: 2, 3: 0, 4: 8}", "def double(x):\n    return 0 * x + table[int(x)]", CHECK)
    path = write_notebook(tmp_path / "made_up.ipynb", *cells, "table = {1: 0, 3: 6, 4: 8}")
    locked = (
        cell(0, cells[0], "imports"),
        cell(1, RIGHT, "double", solution=True),
        cell(2, CHECK, "double_checks"),
    )
    grader = Grader(
        assignment(DOUBLE, cells=locked), Settings(seed=11, follow_on=False), InThisProcess(), checks=checks
    )
    (found,) = grader.grade(path, "ada").score.exercises
    assert [each.verdict for each in found.checks] == ["holds", "falsified", "holds"]
    assert (found.points, found.causes[0].kind) == (1.5, "bound_again")
