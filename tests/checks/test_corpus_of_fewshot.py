"""Every right program earns every point, every mistake falls by the check that it names: over the real sandbox.

The same programs in process, as a student's own kernel checks them, are in test_corpus_in_process.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder import corpus
from autograder.corpus import Program
from autograder.runner import run_exercises
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Limits
from tests.checks.fewshot_corpus import CHECKS, MISTAKES, PLANNER, SOLUTIONS, notebook_of

EXERCISES = tuple(dict.fromkeys(check.exercise for check in CHECKS))
NOT_HELD = ("falsified", "raised", "missing", "timed_out", "crashed")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def verdicts(sandbox: Sandbox, program: Program, exercises: tuple[str, ...]) -> dict[str, str]:
    """EXERCISE/CHECK -> verdict (with the message where it does not hold)."""
    session = sandbox.session(Limits())
    try:
        cells = session.run(notebook_of(program))
        assert [cell.raised for cell in cells if cell.raised] == []
        checks = [check for check in CHECKS if check.exercise in exercises]
        results = run_exercises(checks, session, PLANNER)
    finally:
        session.close()
    return {f"{name}/{each.name}": each.verdict for name, found in results.items() for each in found}


@pytest.mark.parametrize("program", SOLUTIONS, ids=lambda program: program.name)
def test_a_right_program_earns_every_point(sandbox: Sandbox, program: Program) -> None:
    found = verdicts(sandbox, program, EXERCISES)
    assert {name: verdict for name, verdict in found.items() if verdict != "holds"} == {}


@pytest.mark.parametrize("program", MISTAKES, ids=lambda program: program.name)
def test_a_mistake_falls_by_the_check_that_it_names(sandbox: Sandbox, program: Program) -> None:
    assert program.caught_by is not None, (
        "a mistake names the check that must catch it: `caught by: EXERCISE/CHECK`"
    )
    exercise = program.caught_by.split("/")[0]
    found = verdicts(sandbox, program, (exercise,))
    assert found[program.caught_by] in NOT_HELD


def test_every_check_has_a_mistake_that_names_it() -> None:
    named = {program.caught_by for program in MISTAKES}
    assert [key for check in CHECKS if (key := f"{check.exercise}/{check.name}") not in named] == []


def test_every_exercise_has_solutions_in_several_styles() -> None:
    styles = {name: sum(name in program.cells for program in SOLUTIONS) for name in EXERCISES}
    assert {name: count for name, count in styles.items() if count < 5} == {}


def test_a_program_without_cells_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "nothing.py"
    path.write_text('"""Says something and does nothing."""\n')
    with pytest.raises(corpus.CourseError, match="at least one cell"):
        corpus.read(path)
