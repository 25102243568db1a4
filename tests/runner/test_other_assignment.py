"""Another assignment's notebook is not scored; whoever lost ids, or works in one of their own, is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import assignment as assignments
from autograder.errors import NotebookError
from autograder.model import Notebook
from autograder.runner.other_assignment import refuse

ROOT = Path(__file__).parents[2] / "assignments"
FEWSHOT, MATCHING = (assignments.load(ROOT / name / f"{name}.ipynb") for name in ("fewshot", "matching"))


def test_the_notebook_of_another_assignment_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        NotebookError, match=r"^matching.ipynb: This is the notebook of matching, not of fewshot: it has"
    ):
        refuse(MATCHING.notebook, FEWSHOT)
    with pytest.raises(NotebookError, match="This is the notebook of fewshot, not of matching"):
        refuse(FEWSHOT.notebook, MATCHING)


def test_its_own_notebook_is_not() -> None:
    refuse(FEWSHOT.notebook, FEWSHOT)
    refuse(MATCHING.notebook, MATCHING)


def without_ids(notebook: Notebook) -> Notebook:
    return replace(notebook, cells=tuple(replace(cell, grade_id=None) for cell in notebook.cells))


def test_cells_without_ids_say_nothing() -> None:
    refuse(without_ids(MATCHING.notebook), FEWSHOT)


def test_both_in_one_notebook_is_a_notebook_of_either() -> None:
    both = replace(FEWSHOT.notebook, cells=(*FEWSHOT.notebook.cells, *MATCHING.notebook.cells))
    refuse(both, FEWSHOT)
    refuse(both, MATCHING)
    one = next(cell for cell in FEWSHOT.notebook.cells if cell.grade_id == "class_prototypes")
    refuse(replace(MATCHING.notebook, cells=(*MATCHING.notebook.cells, one)), FEWSHOT)
