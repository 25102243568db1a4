"""The course's side of an assignment: its source notebook, the exercises in it, and their points."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import notebook as notebooks
from autograder.errors import AssignmentError, NotebookError
from autograder.model import Notebook
from autograder.registry import Check

SOURCE_FOLDERS = ("assignments", "source")  # ours, and nbgrader's default
CHECKS_SUFFIX = "_checks"
_CHECKS = re.compile(rf"(.+?){CHECKS_SUFFIX}(_\w+)?")


@dataclass(frozen=True)
class Exercise:
    """`grade_id` is that of the cell that carries the points. Where several do, it is the first one's, `points` is their
    sum, and `shares` says what each is worth: every one of them earns the same part of its worth."""

    name: str
    grade_id: str
    points: float
    manual: bool
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def cells(self) -> Mapping[str, float]:
        """Grade id -> points, of all cells that carry points of this exercise."""
        return self.shares or {self.grade_id: self.points}


@dataclass(frozen=True)
class Assignment:
    name: str
    notebook: Notebook
    exercises: tuple[Exercise, ...]

    @property
    def max_score(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def file(self) -> str:
        return self.notebook.path


def exercise_of(grade_id: str) -> str:
    """The exercise that a check cell belongs to: NAME_checks, or NAME_checks_2 where there are several."""
    found = _CHECKS.fullmatch(grade_id)
    return grade_id if found is None else found[1]


def find(course: Path, name: str) -> Path:
    """The source notebook of an assignment in a course directory."""
    for folder in SOURCE_FOLDERS:
        found = sorted((course / folder / name).glob("*.ipynb"))
        if len(found) == 1:
            return found[0]
        if found:
            raise AssignmentError(
                f"The assignment {name} has {len(found)} notebooks.",
                remedy="Keep one notebook in it.",
                file=str(found[0].parent),
            )
    raise AssignmentError(
        f"There is no source notebook for the assignment {name!r}.",
        remedy=f"Put it at assignments/{name}/{name}.ipynb (or source/...) in the course directory.",
        file=str(course),
    )


def load(source: Path, name: str | None = None) -> Assignment:
    """Reads a source notebook. Raises AssignmentError that names the cell and the remedy."""
    try:
        notebook = notebooks.read(source)
    except NotebookError as error:
        raise AssignmentError(error.what, remedy=error.remedy, file=str(source), cell=error.cell) from None
    exercises: list[Exercise] = []
    seen: set[str] = set()
    for cell in notebook.cells:
        if cell.grade_id is not None and cell.grade_id in seen:
            raise AssignmentError(
                f"Two cells have the grade id {cell.grade_id!r}.",
                remedy="Rename one.",
                file=str(source),
                cell=cell.index,
            )
        seen.add(cell.grade_id or "")
        if not (cell.grade or cell.task):
            continue
        if cell.points is None or not 0 <= cell.points < math.inf or cell.grade_id is None:
            raise AssignmentError(
                "A graded cell has no points or no grade id.",
                remedy="Set both in nbgrader's cell toolbar.",
                file=str(source),
                cell=cell.index,
            )
        manual = cell.solution or cell.task
        exercise = cell.grade_id if manual else exercise_of(cell.grade_id)
        exercises.append(Exercise(exercise, cell.grade_id, cell.points, manual))
    if not exercises:
        raise AssignmentError(
            "The notebook has no graded cell.", remedy="Give its check cells points.", file=str(source)
        )
    return Assignment(name or source.parent.name, notebook, _together(exercises))


def _together(exercises: Sequence[Exercise]) -> tuple[Exercise, ...]:
    """One entry per exercise, whose check cells may be several."""
    together: dict[tuple[str, bool], Exercise] = {}
    for each in exercises:
        first = together.setdefault((each.name, each.manual), each)
        if first is not each:
            shares = {**first.cells, each.grade_id: each.points}
            together[each.name, each.manual] = replace(first, points=sum(shares.values()), shares=shares)
    return tuple(together.values())


def match(assignment: Assignment, checks: Sequence[Check]) -> None:
    """Every graded exercise has checks, and every check an exercise; AssignmentError says which does not."""
    graded = {exercise.name for exercise in assignment.exercises if not exercise.manual}
    checked = {check.exercise for check in checks}
    if graded - checked:
        raise AssignmentError(
            f"No check looks at {', '.join(sorted(graded - checked))}.",
            remedy="Write one, name the grade cell EXERCISE_checks, or make the cell a manually graded one.",
            file=assignment.file,
        )
    if checked - graded:
        raise AssignmentError(
            f"The checks of {', '.join(sorted(checked - graded))} have no graded cell.",
            remedy="Add a grade cell named EXERCISE_checks with points.",
            file=assignment.file,
        )
