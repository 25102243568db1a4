"""Is a notebook fit to be submitted? What is missing, doubled or changed in it, and which cells do not run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.course.assignment import CHECKS_SUFFIX
from autograder.laws.registry import Check
from autograder.model import Cell, CellResult, Notebook

PARAMETERS = "parameters"
SKIP = "skip_training"


@dataclass(frozen=True)
class Finding:
    """Something to know before submitting; `serious`: it should be mended first. `cell` counts from 0."""

    what: str
    remedy: str
    cell: int | None = None
    serious: bool = True


def inspect(document: Notebook, checks: Sequence[Check]) -> list[Finding]:
    """List what a notebook's text shows, without running it. `checks` are those of the assignment."""
    return [
        *_missing(document, checks),
        *_doubled(document),
        *_changed(document),
        *_parameters(document),
    ]


def ran(cells: Iterable[CellResult]) -> list[Finding]:
    """List the cells that did not run to their end."""
    remedy = "Restart the kernel, run all cells, and mend it."
    found = []
    for each in cells:
        if each.raised is not None:
            where = f" ({each.raised.where})" if each.raised.where else ""
            what = f"Cell {each.index} ends with {each.raised.type}: {each.raised.message[:200]}{where}"
            found.append(Finding(what, remedy, each.index))
        elif each.timed_out or each.crashed:
            found.append(Finding(f"Cell {each.index} does not come to its end.", remedy, each.index))
    return found


def _missing(document: Notebook, checks: Sequence[Check]) -> Iterable[Finding]:
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


def _doubled(document: Notebook) -> Iterable[Finding]:
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


def _changed(document: Notebook) -> Iterable[Finding]:
    for cell in document.cells:
        if cell.checksum is None or cell.grade_id is None:
            continue
        same = cell.checksum == checksum(cell)
        if _locked(cell) and not same:
            yield Finding(
                f"The cell {cell.grade_id} is the course's, and was changed.",
                "The grader puts the original back: what you wrote there is lost. Put it into a cell of your own.",
                cell.index,
                serious=False,
            )
        elif cell.solution and cell.grade and same:
            yield Finding(
                f"The answer {cell.grade_id} is as it was handed out.",
                "Write your answer, if you want its points.",
                cell.index,
                serious=False,
            )


def _parameters(document: Notebook) -> Iterable[Finding]:
    uses = [cell for cell in document.code if SKIP in cell.source]
    if uses and not any(PARAMETERS in cell.tags for cell in document.code):
        yield Finding(
            f"The cell that sets {SKIP} has lost its tag.",
            f"While grading, training is skipped through the cell with the tag {PARAMETERS!r}: take it from the notebook as "
            "it was handed out.",
            uses[0].index,
        )


def _locked(cell: Cell) -> bool:
    return not cell.solution and (cell.grade or cell.locked)


def checksum(cell: Cell) -> str:
    """Return what nbgrader writes into a cell's metadata when it makes the student version.

    It is the MD5 of text, kind and settings.
    """
    parts = [
        cell.source,
        cell.kind,
        str(cell.grade),
        str(cell.solution),
        str(_locked(cell)),
        cell.grade_id or "",
    ]
    if cell.grade:
        parts.append(str(float(cell.points or 0.0)))
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
