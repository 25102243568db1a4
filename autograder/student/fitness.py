"""Is a notebook fit to be submitted? What is missing, doubled or changed in it, and which cells do not run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.course.assignment import CHECKS_SUFFIX
from autograder.laws.registry import Check
from autograder.model import Cause, CellResult, ExerciseResult, Notebook
from autograder.runner.causes import Trail, alone, failure
from autograder.submission.checksums import locked, untouched

PARAMETERS = "parameters"
SKIP = "skip_training"


@dataclass(frozen=True)
class Finding:
    """Something to know before submitting; `serious`: it should be mended first. `cell` counts from 0, `follows` says what
    comes of it."""

    what: str
    remedy: str
    cell: int | None = None
    serious: bool = True
    follows: tuple[str, ...] = ()


def inspect(document: Notebook, checks: Sequence[Check]) -> list[Finding]:
    """List what a notebook's text shows, without running it. `checks` are those of the assignment."""
    if not any(cell.grade_id for cell in document.cells):
        return [_without_ids()]
    return [
        *_missing(document, checks),
        *_doubled(document),
        *_changed(document),
        *_parameters(document),
    ]


def ran(
    cells: Sequence[CellResult], document: Notebook, exercises: Iterable[ExerciseResult] = ()
) -> list[Finding]:
    """List why cells did not come to their end and exercises miss what they need: each cause once, with what follows.

    cells       what came of the cells
    document    the notebook
    exercises   results, with their causes

    A cell that fails because something is not written yet speaks against nobody: grading sees the same.
    """
    trail = Trail(document, cells)
    found: dict[tuple[str, int | None], Finding] = {}
    for each in cells:
        cause = trail.of_cell(each.index)
        if cause is not None:
            source = next(cell.source for cell in document.code if cell.index == each.index)
            _enter(found, cause, "" if cause.cell == each.index else failure(each, source))
    for exercise in exercises:
        for cause in exercise.causes:
            if cause.kind != "not_started":
                _enter(found, cause, f"The exercise {exercise.name} cannot hold.")
    return [each for _, each in sorted(found.items(), key=lambda item: not item[1].serious)]


def _enter(found: dict[tuple[str, int | None], Finding], cause: Cause, follows: str) -> None:
    key = ("stub" if cause.kind.startswith("not_") else cause.kind, cause.cell)
    first = found.setdefault(
        key, Finding(alone(cause), cause.remedy, cause.cell, serious=cause.kind in ("cell_failed", "deleted"))
    )
    if follows and follows not in first.follows:
        found[key] = replace(first, follows=(*first.follows, follows))


def _without_ids() -> Finding:
    return Finding(
        "The cells of this notebook have lost their ids: something has taken away its metadata.",
        "Functions are found by their names all the same; answers in words are not. Put your answers into the notebook as it "
        "was handed out, or tell your instructor.",
    )


def _missing(document: Notebook, checks: Sequence[Check]) -> Iterator[Finding]:
    present = {cell.grade_id for cell in document.cells}
    remedy = "Cells are found by their ids, which a copied text does not carry: take the cell from the notebook as it was "
    remedy += "handed out, and put your answer into it."
    for exercise in dict.fromkeys(check.exercise for check in checks):
        mine = [check for check in checks if check.exercise == exercise]
        by_file = all("weights" in check.runner_parameters for check in mine)
        wanted = [exercise + CHECKS_SUFFIX] if by_file else [exercise, exercise + CHECKS_SUFFIX]
        for grade_id in wanted:
            if grade_id not in present:
                yield Finding(f"The cell {grade_id} is missing.", remedy)


def _doubled(document: Notebook) -> Iterator[Finding]:
    places: dict[str, list[int]] = {}
    for cell in document.cells:
        if cell.grade_id is not None:
            places.setdefault(cell.grade_id, []).append(cell.index)
    for grade_id, indices in places.items():
        if len(indices) > 1:
            where = ", ".join(str(index) for index in indices)
            yield Finding(
                f"There are {len(indices)} cells {grade_id} (cells {where}): one is a copy.",
                "Delete the copy; keep one cell with your answer.",
                indices[1],
            )


def _changed(document: Notebook) -> Iterator[Finding]:
    for cell in document.cells:
        if cell.checksum is None or cell.grade_id is None:
            continue
        same = untouched(cell)
        if locked(cell) and not same:
            yield Finding(
                f"The cell {cell.grade_id} is the course's, and was changed.",
                "The grader puts the original back: what you wrote there is lost. Put it into a cell of your own.",
                cell.index,
                serious=cell.kind == "code",  # what ran here is not what is graded
            )
        elif cell.solution and cell.grade and same:
            yield Finding(
                f"The answer {cell.grade_id} is as it was handed out.",
                "Write your answer, if you want its points.",
                cell.index,
                serious=False,
            )


def _parameters(document: Notebook) -> Iterator[Finding]:
    uses = [cell for cell in document.code if SKIP in cell.source]
    if uses and not any(PARAMETERS in cell.tags for cell in document.code):
        yield Finding(
            f"The cell that sets {SKIP} has lost its tag.",
            f"While grading, training is skipped behind the last cell that sets {SKIP}; see that nothing sets it again.",
            uses[0].index,
            serious=False,
        )
