"""Whoever misses what a lost cell had defined is told which cell it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.settings import Settings
from autograder.model import Cell, CellResult, CheckResult, Crashed, Limits, Notebook, TimedOut
from autograder.runner import Grader, lost_cells
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.outcomes import cell_failed
from tests.runner.made_up import DOUBLES, assignment, write_notebook
from tests.runner.test_submission import DOUBLE

LATE = cell_failed(3, TimedOut(10))
GONE = cell_failed(5, Crashed("ended its process (SIGSEGV)"))
FINE = CellResult(0, ({"output_type": "stream", "name": "stdout", "text": "fine"},))
NOTEBOOK = Notebook("made_up.ipynb", (Cell(3, "code", "...", grade_id="double"), Cell(5, "code", "...")))


def result(message: str, verdict: str = "missing") -> CheckResult:
    return CheckResult("runs", "It runs.", "public", 1.0, verdict, 1, message=message)  # type: ignore[arg-type]


def told(message: str, *cells: CellResult, exercise: str = "double", verdict: str = "missing") -> str:
    (check,) = lost_cells.explained([result(message, verdict)], exercise, cells, NOTEBOOK)
    return check.message


def test_the_cell_of_the_exercise_comes_first() -> None:
    said = "double is not defined. Cell 3 used up its 10 seconds. What it defines is not there."
    assert told("double is not defined.", FINE, LATE, GONE) == said
    said = "triple is not defined. Cell 3 used up its 10 seconds. What it defines is not there."
    assert told("triple is not defined.", GONE, LATE, exercise="triple") == said
    said = "triple is not defined. Cell 5 ended its process (SIGSEGV). What it defines is not there."
    assert told("triple is not defined.", GONE, exercise="triple") == said


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("double is of type int, not a function.", "missing"),
        ("Not done yet: it raises NotImplementedError.", "missing"),
        ("It is wrong.", "falsified"),
        ("", "holds"),
    ],
)
def test_nobody_else_is_told(message: str, verdict: str) -> None:
    assert told(message, LATE, verdict=verdict) == message


def test_without_lost_cells_nothing_is_said() -> None:
    assert told("double is not defined.", FINE) == "double is not defined."
    assert lost_cells.notes([FINE]) == ()


def test_staff_are_told_of_each() -> None:
    assert lost_cells.notes([FINE, LATE, GONE]) == (
        "Cell 3 used up its 10 seconds. It was left out.",
        "Cell 5 ended its process (SIGSEGV). It was left out.",
    )


def test_an_endless_cell_is_named_to_its_student(tmp_path: Path) -> None:
    limits = Limits(cell_seconds=0.5)
    path = write_notebook(
        tmp_path / "made_up.ipynb", "x = 1", "def double(x):\n    return 2 * x\nwhile True: pass"
    )
    with Sandbox() as sandbox:
        grader = Grader(assignment(DOUBLE), Settings(seed=11, limits=limits), sandbox, checks=[DOUBLES])
        score = grader.grade(path, "ada").score
    assert score.notes == ("Cell 1 used up its 0.5 seconds. It was left out.",)
    (check,) = score.exercises[0].checks
    assert check.message == (
        "double is not defined. Cell 1 used up its 0.5 seconds. What it defines is not there."
    )
