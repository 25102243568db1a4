"""Another assignment's notebook under this one's name: told in one sentence, and left to a person.

Functions are found by their names, and two assignments may share one: such a notebook would be scored as a poor answer to
questions that nobody put to it.
"""

from __future__ import annotations

from autograder.course.assignment import CHECKS_SUFFIX, Assignment
from autograder.errors import NotebookError
from autograder.laws import registry
from autograder.model import Notebook

FEWEST = 2  # grade ids of another assignment's own exercises that a notebook has to have


def refuse(submission: Notebook, assignment: Assignment) -> None:
    """Raise NotebookError for a notebook that has none of this assignment's exercises, and several of another one's.

    Cells without any grade id say nothing: metadata may have been stripped, and the functions are there all the same.
    """
    found = {cell.grade_id for cell in submission.cells if cell.grade_id}
    judged = [
        exercise for exercise in assignment.exercises if not exercise.manual
    ]  # answers in words have like names
    mine = {grade_id for exercise in judged for grade_id in (exercise.name, *exercise.cells)}
    for name in registry.assignments():
        if name == assignment.name:
            continue
        theirs = _exercise_ids(name)
        if not found & (mine - theirs) and len(found & (theirs - mine)) >= FEWEST:
            listed = ", ".join(sorted(found & (theirs - mine))[:4])
            raise NotebookError(
                f"This is the notebook of {name}, not of {assignment.name}: it has the grade ids of {name} ({listed}).",
                remedy=f"Submit {assignment.file}, the notebook of {assignment.name}.",
                file=submission.path,
            )


def _exercise_ids(assignment: str) -> set[str]:
    exercises = {check.exercise for check in registry.load(assignment)}
    return {grade_id for name in exercises for grade_id in (name, f"{name}{CHECKS_SUFFIX}")}
