"""Exercises that use the one a mistake is in are found, and asked as grading asks them."""

from __future__ import annotations

from dataclasses import replace

import torch

from autograder.certify.misplaced import broken, later
from autograder.course.settings import Settings
from autograder.model import Notebook
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from tests.runner.made_up import cell
from tests.runner.test_follow_on import CHECKS, DOUBLE, OCTUPLE, QUADRUPLE, WRONG

SOURCE = Notebook(
    "made_up.ipynb",
    (
        cell(0, "import torch"),
        cell(1, DOUBLE, "double", solution=True),
        cell(2, QUADRUPLE, "quadruple", solution=True),
        cell(3, OCTUPLE, "octuple", solution=True),
    ),
)
MINE = [check for check in CHECKS if check.exercise == "octuple"]


def with_(**texts: str) -> Notebook:
    cells = (replace(each, source=texts.get(each.grade_id or "", each.source)) for each in SOURCE.cells)
    return replace(SOURCE, cells=tuple(cells))


def test_all_that_use_it_are_found_with_what_stands_in() -> None:
    found = later(["double"], with_(double=WRONG), SOURCE)
    assert [each.exercise for each in found] == ["quadruple", "octuple"]
    assert [cell.grade_id for cell in found[1].solutions] == ["double", "octuple"]
    assert later(["octuple"], SOURCE, SOURCE) == ()


def test_what_the_courses_solution_needs_is_there_though_the_mistake_does_without() -> None:
    alone = with_(
        quadruple="def quadruple(x):\n    return 5 * x",
        octuple="def octuple(x):\n    return 2 * quadruple(x)",
    )
    (octuple,) = later(["quadruple"], alone, SOURCE)
    assert [cell.grade_id for cell in octuple.notebook.cells] == ["double", "quadruple", "octuple"]
    assert broken(octuple, MINE, Planner(11, Settings()), InProcess()) == []


def test_a_mistake_elsewhere_breaks_nothing_and_one_that_changes_more_than_its_exercise_does() -> None:
    planner = Planner(11, Settings())
    spoils = f"{WRONG}\ntorch.Tensor.__rmul__ = lambda self, other: self * other + 1"
    for mistake, lost in ((WRONG, []), (spoils, ["octuple_public"])):
        before = torch.Tensor.__rmul__
        try:
            (_, octuple) = later(["double"], with_(double=mistake), SOURCE)
            assert broken(octuple, MINE, planner, InProcess()) == lost
        finally:
            torch.Tensor.__rmul__ = before  # type: ignore[method-assign]
