"""What is missing is followed back to the cell that should have made it, and whoever misses it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autograder.model import Cell, CellResult, CheckResult, Crashed, Notebook, Raised, TimedOut
from autograder.runner.causes import Trail, alone
from autograder.runner.judging import NOT_DONE
from autograder.sandbox.outcomes import cell_failed
from autograder.submission.checksums import checksum

SYNTAX = "Missing parentheses in call to 'print'. Did you mean print(...)? (3204924.py, line 3)"


def check(missing: str = "", **changes: Any) -> CheckResult:
    base = CheckResult("runs", "It runs.", "public", 1.0, "missing", 1, missing=missing)
    return replace(base, **changes)


def notebook(*sources: str, **marked: str) -> Notebook:
    """Cells with these texts; `cell_2="double"` gives cell 2 that grade id."""
    return Notebook(
        "n.ipynb",
        tuple(Cell(at, "code", text, grade_id=marked.get(f"cell_{at}")) for at, text in enumerate(sources)),
    )


def raised(index: int, kind: str, message: str, where: str | None = None) -> CellResult:
    return CellResult(index, raised=Raised(kind, message, where))


def told(trail: Trail, *checks: CheckResult, exercise: str = "double") -> list[tuple[str, str, int | None]]:
    return [(each.kind, each.what, each.cell) for each in trail.of_exercise(exercise, checks)]


def test_a_syntax_error_is_told_with_its_line() -> None:
    ran = notebook("import torch", 'def double(x):\n    return 2 * x\nprint "hello"', cell_1="double")
    trail = Trail(ran, [CellResult(0), raised(1, "SyntaxError", SYNTAX)])
    said = (
        "Cell 1 ends with SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)? "
        '(line 3 of its cell: print "hello"). So double is not there.'
    )
    assert told(trail, check("double")) == [("cell_failed", said, 1)]


def test_empty_lines_in_front_count_as_in_the_notebook() -> None:
    """IPython leaves them out before Python counts."""
    lost = raised(0, "SyntaxError", "invalid syntax (<ipython-input-1-f6e>, line 2)")
    ran = notebook("\n\ndef double(x):\n    retrun x")
    ((_, what, _),) = told(Trail(ran, [lost]), check("double"))
    assert (
        what
        == "Cell 0 ends with SyntaxError: invalid syntax (line 4 of its cell: retrun x). So double is not there."
    )


def test_an_import_that_fails_is_told_in_every_exercise_that_misses_what_it_names() -> None:
    ran = notebook("from helper import proto", "def double(x):\n    return proto(x)", "y = double(1)")
    lost = raised(0, "ModuleNotFoundError", "No module named 'helper'", "line 1 of its cell")
    trail = Trail(ran, [lost, CellResult(1), raised(2, "NameError", "name 'proto' is not defined")])
    said = "Cell 0 ends with ModuleNotFoundError: No module named 'helper' (line 1 of its cell). So proto is not there."
    assert told(trail, check("proto", verdict="raised")) == [("cell_failed", said, 0)]
    assert told(trail, check("proto", verdict="raised"), exercise="other") == [("cell_failed", said, 0)]


def test_what_failed_for_want_of_something_leads_on_to_it() -> None:
    ran = notebook("from torchvision import models", "base = models.x", "net = base()")
    trail = Trail(
        ran,
        [
            raised(0, "ModuleNotFoundError", "No module named 'torchvision'"),
            raised(1, "NameError", "name 'models' is not defined"),
            raised(2, "NameError", "name 'base' is not defined"),
        ],
    )
    ((kind, what, cell),) = told(trail, check("net"))
    assert (kind, cell) == ("cell_failed", 0)
    assert what.endswith(" So models is not there, and base and net, which need it.")
    assert (cause := trail.of_cell(2)) is not None
    assert alone(cause) == "Cell 0 ends with ModuleNotFoundError: No module named 'torchvision'."


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (cell_failed(0, TimedOut(10)), "Cell 0 used up its 10 seconds. So double is not there."),
        (
            cell_failed(0, Crashed("ended its process (SIGSEGV)")),
            "Cell 0 ended its process (SIGSEGV). So double is not there.",
        ),
    ],
)
def test_cells_that_were_lost(lost: CellResult, said: str) -> None:
    assert told(Trail(notebook("def double(x): ..."), [lost]), check("double")) == [("cell_failed", said, 0)]


def test_a_failed_cell_that_did_not_make_the_name_is_no_cause() -> None:
    ran = notebook("x = 1 / 0", "def double(x):\n    return y")
    trail = Trail(ran, [raised(0, "ZeroDivisionError", "division by zero"), CellResult(1)])
    assert told(trail, check("y", verdict="raised")) == []
    assert told(trail, check(verdict="falsified"), check(verdict="holds")) == []


def test_a_star_import_is_the_last_guess() -> None:
    ran = notebook("from helper import *", "def double(x):\n    return proto(x)")
    trail = Trail(ran, [raised(0, "ModuleNotFoundError", "No module named 'helper'"), CellResult(1)])
    assert [cell for _, _, cell in told(trail, check("proto", verdict="raised"))] == [0]


def test_what_only_a_hidden_check_saw_is_not_followed() -> None:
    trail = Trail(notebook("import secret"), [raised(0, "ModuleNotFoundError", "No module named 'secret'")])
    assert told(trail, check("secret", visibility="hidden")) == []


def test_a_locked_cell_put_back_is_told_where_something_of_it_is_missed() -> None:
    handed_in = notebook("import torch\nimport math", "def double(x):\n    return math.pi", cell_0="imports")
    ran = replace(handed_in, cells=(replace(handed_in.cells[0], source="import torch"), handed_in.cells[1]))
    trail = Trail(ran, [CellResult(0), CellResult(1)], handed_in)
    said = (
        "The cell imports (cell 0) is the course's: your change to it was taken back. So math is not there."
    )
    assert told(trail, check("math", verdict="raised")) == [("put_back", said, 0)]
    assert told(trail, check("torch", verdict="raised")) == []


def test_a_deleted_cell_of_the_course_is_told() -> None:
    course = notebook("import torch", "def measure(): ...", cell_0="imports", cell_1="measuring")
    trail = Trail(notebook("import torch", cell_0="imports"), [CellResult(0)], course=course)
    said = "The cell measuring of the course is not in the notebook. So measure is not there."
    assert told(trail, check("measure", verdict="raised")) == [("deleted", said, None)]


def test_a_name_that_is_made_further_down_only() -> None:
    ran = notebook("y = x", "z = y", "x = 1")
    lost = raised(0, "NameError", "name 'x' is not defined")
    (cause,) = Trail(ran, [lost, CellResult(1), CellResult(2)]).of_exercise("double", [check("y")])
    assert cause.remedy == "x is made in cell 2 only, behind it: cells run from top to bottom."


STUB = "def double(x):\n    '''Twice x.'''\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def test_an_untouched_stub_is_not_started() -> None:
    cell = Cell(0, "code", STUB, grade_id="double", solution=True)
    as_handed_out = replace(cell, checksum=checksum(cell))
    trail = Trail(Notebook("n", (as_handed_out,)), [CellResult(0)])
    assert told(trail, check(message=NOT_DONE)) == [("not_started", "", 0)]
    begun = replace(as_handed_out, source=STUB.replace("# YOUR", "y = 2 * x  # YOUR"))
    said = "It still raises NotImplementedError: not all of it is written."
    trail = Trail(Notebook("n", (begun,)), [CellResult(0)])
    assert told(trail, check(message=NOT_DONE)) == [("not_finished", said, 0)]


def test_without_a_checksum_the_text_says_whether_it_was_begun() -> None:
    trail = Trail(notebook(STUB, cell_0="double"), [CellResult(0)])
    assert told(trail, check(message=NOT_DONE))[0][0] == "not_started"
    begun = STUB.replace("# YOUR CODE HERE", "y = 2 * x")
    trail = Trail(notebook(begun, cell_0="double"), [CellResult(0)])
    assert told(trail, check(message=NOT_DONE))[0][0] == "not_finished"


def test_a_stub_that_somebody_else_calls_is_told_to_be_the_stub_of_that_one() -> None:
    ran = notebook(STUB, "def twice(x):\n    return double(double(x))", cell_0="double", cell_1="twice")
    trail = Trail(ran, [CellResult(0), CellResult(1)])
    said = "double is not done yet (cell 0), and is needed here."
    assert told(trail, check(message=NOT_DONE), exercise="twice") == [("not_finished", said, 0)]


def test_names_that_lack_each_other_come_to_an_end() -> None:
    ran = notebook("a = b", "b = a")
    lost = [
        raised(0, "NameError", "name 'b' is not defined"),
        raised(1, "NameError", "name 'a' is not defined"),
    ]
    (cause,) = Trail(ran, lost).of_exercise("double", [check("a")])
    assert cause.kind == "cell_failed"
