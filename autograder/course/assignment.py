"""The course's side of an assignment: its source notebook, the exercises in it, and their points."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.course import folders, settings, variants
from autograder.course.settings import Settings
from autograder.course.variants import Recipe
from autograder.errors import AssignmentError, NotebookError, UnreadableError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import Notebook
from autograder.submission import notebook as notebooks

CHECKS_SUFFIX = "_checks"
DECLARED_CAP = 32 << 20  # bytes of all files that a release declares
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
    """`files`: what its release declares, name -> bytes; every submission's cells find these beside the notebook."""

    name: str
    notebook: Notebook
    exercises: tuple[Exercise, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def max_score(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def file(self) -> str:
        return self.notebook.path

    @property
    def named(self) -> str | None:
        """The name by which a locked cell calls the assignment, `assignment("NAME")`; None where none does."""
        locked = (cell.source for cell in self.notebook.code if cell.locked)
        return next((name for source in locked for name in _named(source)), None)

    @property
    def data(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """What locked cells load by `load("NAME", option=literal, ...)`: (name, options), for each such call."""
        locked = (cell for cell in self.notebook.code if cell.locked)
        return tuple(found for cell in locked for found in _loaded(cell.source))


def _named(source: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a cell of IPython's own syntax
        return
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("assignment", "autograder.assignment"):
            if (
                len(node.args) == 1
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield node.args[0].value


def _loaded(source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a cell of IPython's own syntax
        return
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load":
            try:
                (name,) = (ast.literal_eval(each) for each in node.args)
                options = {str(each.arg): ast.literal_eval(each.value) for each in node.keywords}
            except ValueError:
                continue
            if isinstance(name, str):
                yield name, options


def exercise_of(grade_id: str) -> str:
    """Return the exercise that a check cell belongs to: NAME_checks, or NAME_checks_2 where there are several."""
    found = _CHECKS.fullmatch(grade_id)
    return grade_id if found is None else found[1]


def of_course(
    course: Path, name: str, source: Path | None = None, decided: Settings | None = None
) -> Assignment:
    """Return an assignment as this term's students have it: the course's own checks in use, the variant of its settings.

    course    the course directory
    name      the assignment's
    source    the notebook, where it does not lie in the course
    decided   the course's settings, where they are read already

    Raises AssignmentError where the standing release is of another variant: restored cells would not be the students'.
    """
    found = source or folders.source(course, name)
    registry.use(course)
    decided = decided or settings.read(course)
    decided.require_known((*registry.assignments(), *folders.assignments(course)))
    decided.of(name, registry.thresholds(name))
    variant = decided.variant
    manifest = folders.manifest(course, name)
    if manifest.is_file() and (released := _released(manifest)) != variant:
        raise AssignmentError(
            f"The release is {_said(released)}, the course's settings say {_said(variant)}.",
            remedy=f"Put into {settings.FILE} what students got, or release the assignment again.",
            file=str(manifest),
        )
    return load(found, name, variant=variant)


def _released(manifest: Path) -> int | None:
    """The variant that was released."""
    try:
        variant: int | None = json.loads(manifest.read_bytes())["variant"]
    except (ValueError, TypeError, KeyError):
        raise AssignmentError(
            "The release's manifest is damaged.", remedy="Release the assignment again.", file=str(manifest)
        ) from None
    return variant


def _said(variant: int | None) -> str:
    return "the source as it stands" if variant is None else f"variant {variant}"


def load(source: Path, name: str | None = None, *, variant: int | None = None) -> Assignment:
    """Read the notebook `source`, as `variant` has it. Raises AssignmentError that names the cell and the remedy.

    `name` is the assignment's; by default that of the notebook's folder.
    """
    recipe = variants.read(source)
    with _as_course_error(source):
        notebook = notebooks.read(source)
    return _assignment(variants.vary(notebook, recipe, variant), source, name or source.parent.name, recipe)


def made(data: bytes, source: Path, name: str, recipe: Recipe, variant: int | None) -> Assignment:
    """Return what `load` does, of files that are read already.

    data      the bytes of the notebook
    source    where it lies, for messages
    name      the assignment's
    recipe    release.toml, read
    variant   the seed; None: the source as it stands
    """
    with _as_course_error(source):
        notebook = notebooks.parse(data, source.name)
    return _assignment(variants.vary(notebook, recipe, variant), source, name, recipe)


@contextmanager
def _as_course_error(source: Path) -> Iterator[None]:
    try:
        yield
    except (NotebookError, UnreadableError) as error:
        raise AssignmentError(error.what, remedy=error.remedy, file=str(source), cell=error.cell) from None


def _declared(source: Path, recipe: Recipe) -> dict[str, bytes]:
    """The files of release.toml that are there; a release says which are not. Raises AssignmentError for too much of them."""
    files = {}
    for each in recipe.files:
        path = source.parent / each
        if not path.is_file() or path.is_symlink():
            continue
        if path.stat().st_size > DECLARED_CAP:
            raise _too_much(recipe)
        files[each] = path.read_bytes()
    if sum(map(len, files.values())) > DECLARED_CAP:
        raise _too_much(recipe)
    return files


def _too_much(recipe: Recipe) -> AssignmentError:
    return AssignmentError(
        f"The files that go along have more than {DECLARED_CAP >> 20} MiB; every submission's process gets them.",
        remedy="Make them smaller, or let the notebook draw its data (autograder.datasets).",
        file=recipe.file,
    )


def _assignment(notebook: Notebook, source: Path, name: str, recipe: Recipe) -> Assignment:
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
    return Assignment(name, notebook, _together(exercises), _declared(source, recipe))


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
    """Require that every graded exercise has checks, and every check an exercise.

    Raises AssignmentError, which says which does not.
    """
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
