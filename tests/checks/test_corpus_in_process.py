"""The corpus in process, with the public checks alone: what `check(...)` tells students in their own kernels."""

from __future__ import annotations

import pytest

from autograder import registry
from autograder.corpus import Program
from autograder.model import CheckResult
from autograder.runner import run_exercises
from autograder.sandbox.inprocess import InProcess
from tests.checks.fewshot_corpus import CHECKS, MISTAKES, PLANNER, SOLUTIONS, notebook_of

PUBLIC = {(check.exercise, check.name) for check in registry.load("fewshot")}


def results(program: Program) -> list[CheckResult]:
    """The public checks of the exercises that the program solves."""
    transport = InProcess()
    transport.run(notebook_of(program))
    mine = [
        check
        for check in CHECKS
        if check.exercise in program.cells and (check.exercise, check.name) in PUBLIC
    ]
    found = run_exercises(mine, transport, PLANNER)
    return [each for group in found.values() for each in group]


@pytest.mark.parametrize("program", SOLUTIONS, ids=lambda program: program.name)
def test_a_right_program_passes(program: Program) -> None:
    assert [(each.name, each.message) for each in results(program) if each.verdict != "holds"] == []


@pytest.mark.parametrize(
    "program",
    [each for each in MISTAKES if tuple(str(each.caught_by).split("/")) in PUBLIC],
    ids=lambda program: program.name,
)
def test_a_mistake_that_a_public_check_names_is_told(program: Program) -> None:
    broken = [each for each in results(program) if each.verdict not in ("holds", "skipped")]
    assert str(program.caught_by).split("/")[1] in [each.name for each in broken]
    assert all(each.message for each in broken)
