"""What is missing, doubled or changed in a notebook is found before it is submitted."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum

from autograder.model import Cell, CellResult, Notebook, Raised
from autograder.student.fitness import checksum, inspect, ran


def checks(**exercises: tuple[str, ...]) -> Any:
    """Of each exercise one check with these runner's parameters."""
    return [SimpleNamespace(exercise=name, runner_parameters=given) for name, given in exercises.items()]


def cell(index: int, grade_id: str | None, source: str = "x = 1", **marks: Any) -> Cell:
    made = Cell(index, "code", source, grade_id=grade_id, **marks)
    return replace(made, checksum=checksum(made)) if grade_id is not None else made


def whole() -> tuple[Cell, ...]:
    return (
        cell(0, "imports", "import torch", locked=True),
        cell(1, "double", "def double(x): ...", solution=True),
        cell(2, "double_checks", 'check("double")', grade=True, locked=True, points=4.0),
        cell(3, "weights_checks", 'check("weights")', grade=True, locked=True, points=1.0),
    )


CHECKS = checks(double=("seed",), weights=("weights",))


def found(cells: tuple[Cell, ...]) -> list[tuple[str, bool]]:
    numbered = tuple(replace(each, index=at) for at, each in enumerate(cells))
    return [(each.what, each.serious) for each in inspect(Notebook("n.ipynb", numbered), CHECKS)]


def test_a_whole_notebook_has_no_findings() -> None:
    assert found(whole()) == []


def test_the_checksum_is_nbgrader_s() -> None:
    for each in whole():
        marks = {
            "grade_id": each.grade_id,
            "grade": each.grade,
            "solution": each.solution,
            "locked": each.locked,
        }
        node = new_code_cell(each.source, metadata={"nbgrader": {**marks, "points": each.points}})
        assert checksum(each) == compute_checksum(node)


def test_what_is_missing() -> None:
    cells = whole()
    assert found(cells[:1] + cells[2:]) == [("The cell double is missing.", True)]
    assert found(cells[:2] + cells[3:]) == [("The cell double_checks is missing.", True)]
    assert found(cells[:3]) == [("The cell weights_checks is missing.", True)]  # it has no solution cell


def test_what_is_doubled() -> None:
    assert found((*whole(), whole()[1])) == [("There are 2 cells double (cells 1, 4): one is a copy.", True)]


def test_a_locked_cell_that_was_changed_is_told_and_does_no_harm() -> None:
    cells = whole()
    changed = replace(cells[0], source="import torch\nprint(1)")
    assert found((changed, *cells[1:])) == [("The cell imports is the course's, and was changed.", False)]
    worked = replace(cells[1], source="def double(x): return 2 * x")
    assert found((cells[0], worked, *cells[2:])) == []


def test_an_answer_in_words_that_was_not_written() -> None:
    answer = cell(4, "written", "YOUR ANSWER HERE", solution=True, grade=True, points=2.0)
    assert found((*whole(), answer)) == [("The answer written is as it was handed out.", False)]


def test_the_tag_by_which_training_is_skipped() -> None:
    plain = cell(4, None, "skip_training = False")
    assert found((*whole(), plain)) == [("The cell that sets skip_training has lost its tag.", True)]
    assert found((*whole(), replace(plain, tags=("parameters",)))) == []


def test_cells_that_do_not_run() -> None:
    results = [
        CellResult(0),
        CellResult(3, raised=Raised("NameError", "name 'y' is not defined", "line 1 of its cell: y")),
        CellResult(5, timed_out=True),
    ]
    assert [each.what for each in ran(results)] == [
        "Cell 3 ends with NameError: name 'y' is not defined (line 1 of its cell: y)",
        "Cell 5 does not come to its end.",
    ]
