"""The corpus of the fewshot assignment and what it is checked with, shared by the tests beside this file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder import assignment, corpus, registry
from autograder.corpus import Program
from autograder.model import Notebook
from autograder.runner.plans import Planner
from autograder.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCE = assignment.load(ROOT / "assignments" / "fewshot" / "fewshot.ipynb")
SOLUTIONS = corpus.read_all(ROOT / "tests" / "solutions" / "fewshot")
MISTAKES = corpus.read_all(ROOT / "tests" / "mistakes" / "fewshot")

# Trained weights are no code: tests/checks/test_trained_weights.py has them.
CHECKS = tuple(
    check for check in registry.load("fewshot", hidden=True) if check.exercise != "trained_weights"
)
PLANNER = Planner(Settings().seed, Settings())


def notebook_of(program: Program) -> Notebook:
    """The imports and the solutions of the source notebook, the program's own where it has one: no data, no pictures."""
    notebook = corpus.as_notebook(SOURCE.notebook, program.cells)
    cells = [cell for cell in notebook.code if cell.solution or cell.grade_id == "imports"]
    return replace(notebook, cells=tuple(cells))
