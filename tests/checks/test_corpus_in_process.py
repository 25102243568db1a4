"""The corpus in process, with the public checks alone: what `check(...)` tells students in their own kernels."""

from __future__ import annotations

import pytest

from autograder.course.corpus import Program
from autograder.model import CheckResult
from autograder.runner import run_exercises
from autograder.sandbox.inprocess import InProcess
from tests.checks.corpora import Corpus, beside_the_first_of_each_check, each, programs

SOLUTIONS, MISTAKES = programs("solutions"), programs("mistakes")
PUBLIC = {name: found for name, found in MISTAKES.items() if found[1].caught_by in found[0].public}
# in this process every third right program: over the sandbox, in test_corpus.py, all of them pass
MOST = frozenset(name for number, name in enumerate(SOLUTIONS) if number % 3)


def results(mine: Corpus, program: Program) -> list[CheckResult]:
    """The public checks of the exercises that the program solves."""
    transport = InProcess()
    transport.run(mine.notebook_of(program))
    checks = [
        check
        for check in mine.checks
        if check.exercise in program.cells and f"{check.exercise}/{check.name}" in mine.public
    ]
    found = run_exercises(checks, transport, mine.planner)
    return [each for group in found.values() for each in group]


@pytest.mark.parametrize("name", each(SOLUTIONS, MOST))
def test_a_right_program_passes(name: str) -> None:
    found = results(*SOLUTIONS[name])
    assert [(each.name, each.message) for each in found if each.verdict != "holds"] == []


@pytest.mark.parametrize("name", each(PUBLIC, beside_the_first_of_each_check(PUBLIC)))
def test_a_mistake_is_told_with_a_smallest_input(name: str) -> None:
    mine, program = MISTAKES[name]
    broken = [each for each in results(mine, program) if each.verdict not in ("holds", "skipped")]
    assert str(program.caught_by).split("/")[1] in [each.name for each in broken]
    assert all(each.message for each in broken)
