"""What one exercise needs of a notebook: the cells that define the names it uses, and no others."""

from __future__ import annotations

import pytest

from autograder.course.dependencies import cells_for, exercises_in_code
from autograder.model import Cell, Notebook


def notebook(*cells: tuple[str, str | None]) -> Notebook:
    """Cells of (source, exercise that they solve)."""
    made = [
        Cell(i, "code", source, grade_id=name, solution=name is not None)
        for i, (source, name) in enumerate(cells)
    ]
    return Notebook("a.ipynb", tuple(made))


COURSE = notebook(
    ("import torch\nfrom torch import nn", None),
    ("data = load()", None),
    ("def one(x):\n    return torch.relu(x)", "one"),
    ("x = one(data)\nshow(x)", None),
    ("def two(x):\n    return one(x) + 1", "two"),
    ("labels = two(data)", None),
    ("class Three(nn.Module):\n    def forward(self, labels):\n        return labels", "three"),
)


@pytest.mark.parametrize(
    ("exercises", "kept"),
    [(["one"], [0, 2]), (["two"], [0, 2, 4]), (["three"], [0, 6]), (["one", "three"], [0, 2, 6]), ([], [])],
)
def test_the_cells_that_define_what_is_used(exercises: list[str], kept: list[int]) -> None:
    """x and labels are arguments here, whatever other cells call so."""
    assert [cell.index for cell in cells_for(COURSE, exercises).cells] == kept


def test_a_global_that_a_function_reads_counts_also_inside_of_functions() -> None:
    course = notebook(
        ("scale = 2", None), ("def f(x):\n    def g():\n        return scale * x\n    return g()", "f")
    )
    assert [cell.index for cell in cells_for(course, ["f"]).cells] == [0, 1]


def test_the_solution_defines_a_function_also_where_an_earlier_cell_has_its_name() -> None:
    course = notebook(
        ("one = 1", None), ("def one():\n    return 2", "one"), ("def two():\n    return one()", "two")
    )
    assert [cell.index for cell in cells_for(course, ["two"]).cells] == [1, 2]


def test_a_cell_that_is_no_plain_python_keeps_everything() -> None:
    course = notebook(("import torch", None), ("%time x = 1\ndef f(): pass", "f"))
    assert len(cells_for(course, ["f"]).cells) == 2
    course = notebook(("%matplotlib inline", None), ("def f(): pass", "f"))
    assert [cell.index for cell in cells_for(course, ["f"]).cells] == [1]


def test_exercises_are_the_solution_cells_that_nobody_grades_by_hand() -> None:
    by_hand = Cell(7, "code", "", grade_id="essay", solution=True, grade=True)
    assert exercises_in_code(Notebook("a", (*COURSE.cells, by_hand))) == ("one", "two", "three")
