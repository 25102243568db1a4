"""Every right program earns every point, every mistake falls by the check that it names: over the real sandbox.

The same programs in process, as a student's own kernel checks them, are in test_corpus_in_process.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.certify.runs import Trial, look
from autograder.course import corpus
from autograder.course.corpus import Program
from autograder.errors import CourseError
from autograder.laws.registry import Check
from autograder.model import Limits
from autograder.runner import run_exercises
from autograder.sandbox.jailed import Sandbox
from tests.checks.corpora import CORPORA, Corpus, beside_the_first_of_each_check, each, programs

NOT_HELD = ("falsified", "raised", "missing", "timed_out", "crashed")
SOLUTIONS, MISTAKES = programs("solutions"), programs("mistakes")
EACH = pytest.mark.parametrize("mine", CORPORA, ids=lambda mine: mine.name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def verdicts(sandbox: Sandbox, mine: Corpus, program: Program, checks: list[Check]) -> dict[str, str]:
    """EXERCISE/CHECK -> verdict."""
    session = sandbox.session(Limits())
    try:
        cells = session.run(mine.notebook_of(program))
        assert [cell.raised for cell in cells if cell.raised] == []
        results = run_exercises(checks, session, mine.planner)
    finally:
        session.close()
    return {f"{name}/{each.name}": each.verdict for name, found in results.items() for each in found}


@pytest.mark.parametrize("name", each(SOLUTIONS))
def test_a_right_program_earns_every_point(sandbox: Sandbox, name: str) -> None:
    mine, program = SOLUTIONS[name]
    touched = mine.touched(program)
    found = verdicts(sandbox, mine, program, [check for check in mine.checks if check.exercise in touched])
    assert {name: verdict for name, verdict in found.items() if verdict != "holds"} == {}


@pytest.mark.parametrize("name", each(MISTAKES, beside_the_first_of_each_check(MISTAKES)))
def test_a_mistake_falls_by_the_check_that_it_names(sandbox: Sandbox, name: str) -> None:
    mine, program = MISTAKES[name]
    exercise, check = mine.named(program)
    trial = Trial("mistakes", name, exercise, mine.planner.seed, mine.notebook_of(program), True)
    session = sandbox.session(Limits())
    try:
        found = look(
            trial, mine.up_to(exercise, check), mine.planner, session
        )  # not shrunk: in process, it is
    finally:
        session.close()
    assert list(found.fell) == [check]
    assert found.fell[check][0] in NOT_HELD


@EACH
def test_every_check_has_a_mistake_that_names_it(mine: Corpus) -> None:
    named = {program.caught_by for program in mine.mistakes}
    assert [key for check in mine.checks if (key := f"{check.exercise}/{check.name}") not in named] == []


@EACH
def test_every_exercise_has_solutions_in_several_styles(mine: Corpus) -> None:
    styles = {name: sum(name in program.cells for program in mine.solutions) for name in mine.exercises}
    assert {name: count for name, count in styles.items() if count < 3} == {}


def test_a_program_without_cells_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "nothing.py"
    path.write_text('"""Says something and does nothing."""\n')
    with pytest.raises(CourseError, match="at least one cell"):
        corpus.read(path)
