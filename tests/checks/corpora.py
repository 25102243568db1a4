"""The corpus of each assignment and what it is checked with, shared by the tests beside this file.

An assignment is tested as soon as its folder is there: nothing has to be entered here.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from autograder.course import assignment, corpus
from autograder.course.corpus import Program
from autograder.course.dependencies import cells_for, exercises_in_code
from autograder.course.settings import Settings
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import Notebook
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = tuple(sorted(path.parent.name for path in (ROOT / "assignments").glob("*/*.ipynb")))


@dataclass(frozen=True)
class Corpus:
    """`checks`: those of the exercises that are solved by code, public and hidden."""

    name: str

    @cached_property
    def source(self) -> assignment.Assignment:
        (path,) = (ROOT / "assignments" / self.name).glob("*.ipynb")
        return assignment.load(path, self.name)

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        return exercises_in_code(self.source.notebook)

    @cached_property
    def solutions(self) -> tuple[Program, ...]:
        return corpus.read_all(ROOT / "corpus" / self.name / "solutions")

    @cached_property
    def mistakes(self) -> tuple[Program, ...]:
        return corpus.read_all(ROOT / "corpus" / self.name / "mistakes")

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return tuple(
            each for each in registry.load(self.name, hidden=True) if each.exercise in self.exercises
        )

    @cached_property
    def public(self) -> frozenset[str]:
        return frozenset(f"{each.exercise}/{each.name}" for each in registry.load(self.name))

    @cached_property
    def planner(self) -> Planner:
        return Planner(Settings().seed, Settings())

    def notebook_of(self, program: Program) -> Notebook:
        """The solutions of the source notebook, the program's own where it has one, and what they need: no pictures."""
        return cells_for(corpus.as_notebook(self.source.notebook, program.cells), self.exercises)

    def named(self, mistake: Program) -> tuple[str, str]:
        """The check that has to catch a mistake: (exercise, check)."""
        assert mistake.caught_by is not None, "it has to say `caught by: EXERCISE/CHECK` in its docstring"
        exercise, check = mistake.caught_by.split("/")
        return exercise, check

    def up_to(self, exercise: str, name: str) -> list[Check]:
        """The rungs before a check, which have to hold or it is never asked, and the check itself."""
        mine = [each for each in self.checks if each.exercise == exercise]
        place = [each.name for each in mine].index(name)
        return [*(each for each in mine[:place] if each.precondition), mine[place]]

    def touched(self, program: Program) -> tuple[str, ...]:
        """The exercises that the program solves, and those whose cells use its functions."""
        whole = corpus.as_notebook(self.source.notebook, program.cells)
        needed = {each: {cell.grade_id for cell in cells_for(whole, [each]).cells} for each in self.exercises}
        return tuple(each for each, cells in needed.items() if cells & set(program.cells))


@lru_cache
def of(name: str) -> Corpus:
    return Corpus(name)


@lru_cache
def right(assignment: str) -> InProcess:
    """The source's own solutions, in this process."""
    transport = InProcess()
    transport.run(of(assignment).notebook_of(Program("source", "", {})))
    return transport


CORPORA = tuple(of(name) for name in ASSIGNMENTS)


def programs(kind: str) -> dict[str, tuple[Corpus, Program]]:
    """ASSIGNMENT/PROGRAM -> the two, for parametrised tests; `kind` is "solutions" or "mistakes"."""
    return {f"{mine.name}/{each.name}": (mine, each) for mine in CORPORA for each in getattr(mine, kind)}


def each(found: Mapping[str, tuple[Corpus, Program]], rest: Container[str] = ()) -> list[ParameterSet]:
    """A parameter for each program, marked with its assignment; those of `rest` are left to `tox run -e corpus`.

    `pytest -m "assignment(name='fewshot')" tests/checks` runs all of one assignment.
    """
    return [
        pytest.param(
            name,
            marks=[
                pytest.mark.assignment(name=mine.name),
                *([pytest.mark.campaign] if name in rest else []),
            ],
        )
        for name, (mine, _) in found.items()
    ]


def beside_the_first_of_each_check(mistakes: Mapping[str, tuple[Corpus, Program]]) -> frozenset[str]:
    """All mistakes but one for each check: the suite sees that every check can fail, `tox run -e corpus` sees the rest."""
    first: dict[tuple[str, str | None], str] = {}
    for name, (mine, mistake) in mistakes.items():
        first.setdefault((mine.name, mistake.caught_by), name)
    return frozenset(mistakes) - set(first.values())
