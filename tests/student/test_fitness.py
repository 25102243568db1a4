"""What is missing, doubled or changed in a notebook is found before it is submitted."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum

from autograder.model import Cause, Cell, CellResult, ExerciseResult, Notebook, Raised
from autograder.student.fitness import Finding, inspect, ran
from autograder.submission.checksums import checksum


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


def test_code_of_the_course_that_was_changed_is_not_what_is_graded() -> None:
    cells = whole()
    changed = replace(cells[0], source="import torch\nimport math")
    assert found((changed, *cells[1:])) == [("The cell imports is the course's, and was changed.", True)]
    worked = replace(cells[1], source="def double(x): return 2 * x")
    assert found((cells[0], worked, *cells[2:])) == []


def test_words_of_the_course_that_were_changed_do_no_harm() -> None:
    words = replace(cell(4, "text", "Read this.", locked=True), kind="markdown")
    words = replace(words, checksum=checksum(words), source="Read that.")
    assert found((*whole(), words)) == [("The cell text is the course's, and was changed.", False)]


def test_other_line_ends_are_no_change() -> None:
    """A course written on Windows: its checksums are of lines that end as they do there."""
    text = "import torch\nimport math"
    imports = Cell(0, "code", text, grade_id="imports", locked=True)
    of_windows = replace(imports, checksum=checksum(imports, text.replace("\n", "\r\n")))
    assert found((of_windows, *whole()[1:])) == []


def test_a_notebook_without_any_ids_is_told_once() -> None:
    plain = tuple(replace(each, grade_id=None, checksum=None) for each in whole())
    ((what, serious),) = found(plain)
    assert (what, serious) == (
        "The cells of this notebook have lost their ids: something has taken away its metadata.",
        True,
    )


def test_an_answer_in_words_that_was_not_written() -> None:
    answer = cell(4, "written", "YOUR ANSWER HERE", solution=True, grade=True, points=2.0)
    assert found((*whole(), answer)) == [("The answer written is as it was handed out.", False)]


def test_the_tag_by_which_training_is_skipped() -> None:
    plain = cell(4, None, "skip_training = False")
    assert found((*whole(), plain)) == [("The cell that sets skip_training has lost its tag.", False)]
    assert found((*whole(), replace(plain, tags=("parameters",)))) == []


def notebook(*sources: str) -> Notebook:
    return Notebook("n.ipynb", tuple(Cell(at, "code", source) for at, source in enumerate(sources)))


def failed(index: int, kind: str, message: str) -> CellResult:
    return CellResult(index, raised=Raised(kind, message))


def test_cells_that_do_not_run() -> None:
    results = [
        CellResult(0),
        CellResult(1, raised=Raised("NameError", "name 'y' is not defined", "line 1 of its cell: y")),
        CellResult(2, timed_out=True),
    ]
    assert [(each.what, each.serious) for each in ran(results, notebook("", "y", "while 1: 1"))] == [
        ("Cell 1 ends with NameError: name 'y' is not defined (line 1 of its cell: y).", True),
        ("Cell 2 does not come to its end.", True),
    ]


def test_what_follows_is_folded_under_its_cause() -> None:
    document = notebook("from helper import f", "def double(x): return f(x)", "y = double(f(1))", "z = y")
    results = [
        failed(0, "ModuleNotFoundError", "No module named 'helper'"),
        CellResult(1),
        failed(2, "NameError", "name 'f' is not defined"),
        failed(3, "NameError", "name 'y' is not defined"),
    ]
    cause = Cause("cell_failed", "Cell 0 ends with ...", cell=0)
    exercise = ExerciseResult("double", 0.0, 4.0, "student", causes=(cause,))
    (only,) = ran(results, document, [exercise])
    assert only.what == "Cell 0 ends with ModuleNotFoundError: No module named 'helper'."
    assert only.serious
    assert only.follows == (
        "Cell 2 ends with NameError: name 'f' is not defined.",
        "Cell 3 ends with NameError: name 'y' is not defined.",
        "The exercise double cannot hold.",
    )


def test_what_is_not_written_yet_is_nothing_to_mend_before_submitting() -> None:
    stub = "def double(x):\n    raise NotImplementedError()"
    document = notebook(stub, "y = double(1)", "z = y")
    results = [
        CellResult(0),
        failed(1, "NotImplementedError", ""),
        failed(2, "NameError", "name 'y' is not defined"),
    ]
    (only,) = ran(results, document)
    assert only == Finding(
        "double is not done yet (cell 0).",
        "Write double first.",
        0,
        serious=False,
        follows=(
            "Cell 1 ends with NotImplementedError.",
            "Cell 2 ends with NameError: name 'y' is not defined.",
        ),
    )
