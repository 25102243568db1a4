"""Does a mistake cost points where it is not? Exercises that use the one that it is in are asked as grading asks them.

Grading judges such an exercise with the course's solution of the other one, where it does not hold as it is (`runner.follow_on`). What
is broken then, too, is broken by a mistake that is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.course.dependencies import cells_for, solution_cells
from autograder.laws.registry import Check
from autograder.model import Cell, Notebook
from autograder.runner import follow_on
from autograder.runner.exercises import verdicts
from autograder.runner.plans import Planner
from autograder.runner.renewed import Renewed
from autograder.sandbox.transport import Transport


@dataclass(frozen=True)
class Misplaced:
    """A later exercise that loses points by a mistake in another one, and the checks that do not hold."""

    program: str
    exercise: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Later:
    """A later exercise, its cells, the mistake's among them, and the course's cells: of what it uses, and its own."""

    exercise: str
    notebook: Notebook
    solutions: tuple[Cell, ...]


def later(mistaken: Iterable[str], whole: Notebook, source: Notebook) -> tuple[Later, ...]:
    """Return the later exercises that use those which a mistake is in.

    mistaken  the exercises that it is in
    whole     the notebook with it
    source    the course's own
    """
    solutions, mine = solution_cells(source), set(mistaken)
    found = []
    for exercise in solutions:
        used = () if exercise in mine else follow_on.used_by(exercise, whole, solutions, mine)
        if used:
            cells = tuple(solutions[name] for name in (*used, exercise))
            # what the mistake needs, and what the course's solution in its place needs
            needed = {cell.index for each in (whole, source) for cell in cells_for(each, [exercise]).cells}
            kept = tuple(cell for cell in whole.code if cell.index in needed)
            found.append(Later(exercise, replace(whole, cells=kept), cells))
    return tuple(found)


def broken(asked: Later, checks: Sequence[Check], planner: Planner, transport: Transport) -> list[str]:
    """Return the checks of a later exercise that do not hold with the course's solutions of the others; none where it holds as it is.

    asked      the exercise
    checks     of it
    planner    has their inputs
    transport  runs the notebook
    """
    exercise, notebook = asked.exercise, asked.notebook
    transport.run(notebook)
    if all(verdict == "holds" for verdict in verdicts(checks, transport, planner).values()):
        return []
    solutions = {str(cell.grade_id): cell for cell in asked.solutions}
    used = [name for name in solutions if name != exercise]
    added, _ = follow_on.stand_ins(used, exercise, notebook, solutions)
    there = Renewed(transport, added=added)
    there.renew()
    return [name for name, verdict in verdicts(checks, there, planner).items() if verdict != "holds"]
