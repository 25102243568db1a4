"""`autograder grade --dry-run`: whose points a regrade would change, before anything is written."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from autograder.classroom import dry_run
from autograder.classroom.dry_run import Change
from autograder.classroom.handed_in import Submission
from autograder.classroom.run import without_writing
from autograder.cli.app import screen
from autograder.feedback.json import ascii_json
from autograder.feedback.phrases import plural
from autograder.model import Score
from autograder.runner import Grader

Penalties = Callable[[Score], tuple[float, float | None]]


def changes(
    grader: Grader,
    handed_in: Sequence[Submission],
    course: Path,
    advance: Callable[[Score], None],
) -> tuple[list[Change], int]:
    """Return what grading anew would change, and for how many it would change nothing.

    grader      grades the assignment
    handed_in   the submissions
    course      the course directory, with the results that stand
    advance     is told each result
    """
    assignment = grader.assignment.name
    by_hand = _by_hand(course, assignment)
    found, unchanged = [], 0
    with _ahead(course, assignment) as penalties:
        for graded in without_writing(grader, handed_in):
            student = graded.score.student
            old = dry_run.before(course, student, assignment)
            change = dry_run.change(old, graded.score, by_hand.get(student, ()), penalties(graded.score))
            if change is None:
                unchanged += 1
            else:
                found.append(change)
            advance(graded.score)
    return found, unchanged


def _ahead(course: Path, assignment: str) -> AbstractContextManager[Penalties]:
    """What being late costs now and would cost, by the grade book; nothing where there is none."""
    if importlib.util.find_spec("nbgrader") is None:
        return nullcontext(lambda score: (0.0, 0.0))
    from autograder.nbgrader_bridge.foretelling import ahead

    return ahead(course, assignment)


def _by_hand(course: Path, assignment: str) -> dict[str, set[str]]:
    if importlib.util.find_spec("nbgrader") is None:
        return {}
    from autograder.nbgrader_bridge.exporting import by_hand

    return by_hand(course, assignment)


def tell(found: Sequence[Change], unchanged: int, *, as_json: bool) -> None:
    """Print the changes that were `found`, and the number of students for whom all is `unchanged`; as JSON with `as_json`."""
    if as_json:
        print(ascii_json(dry_run.as_dict(found, unchanged)))
        return
    points = [each for each in found if each.points_change]
    said = f"Points would change for {plural(len(points), 'student')}, verdicts alone for "
    said += f"{len(found) - len(points)}, nothing for {unchanged}. Nothing was written."
    screen.print(said, markup=False, highlight=False)
    for line in dry_run.lines(sorted(found, key=lambda each: not each.points_change)):
        screen.print(line, markup=False, highlight=False, soft_wrap=True)
