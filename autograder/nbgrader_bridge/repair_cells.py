"""The submitted notebook with grade ids, points and check cells as the grade book knows them, not as it claims."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.errors import NotebookError, UnreadableError
from autograder.model import Cell
from autograder.nbgrader_bridge.reading import UNREADABLE
from autograder.nbgrader_bridge.results import Place
from autograder.nbgrader_bridge.untrusted import as_listing, safe_markdown
from autograder.submission import notebook

#: Cell metadata between the two passes of Autograde: the cell's place in the submitted file.
INDEX = "fewlabels_index"

_MAKERS = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


@dataclass(frozen=True)
class KnownCell:
    """A cell of the source notebook as the grade book knows it."""

    grade_id: str
    cell_type: str
    source: str
    checksum: str | None
    locked: bool
    solution: bool
    grade: bool
    task: bool
    points: float | None

    @property
    def metadata(self) -> dict[str, Any]:
        nbgrader = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.grade_id,
            "cell_type": self.cell_type,
            "locked": self.locked,
            "solution": self.solution,
            "grade": self.grade,
            "task": self.task,
        }
        if self.checksum is not None:
            nbgrader["checksum"] = self.checksum
        if self.points is not None:
            nbgrader["points"] = self.points
        return {"nbgrader": nbgrader, "deletable": False}


class MendCells(NbGraderPreprocessor):
    """Comes first of the preprocessors that sanitise a submission.

    - Metadata of nbgrader is written anew from the grade book; a submission only says which cell is which. Of
      several cells with one id the last of the right type has it; unknown ids go. (Over these nbgrader itself would
      stop the whole class.)
    - Grade cells that were deleted are put back where they belong, so that their points have a place.
    - Markdown that would run as a script in a grader's browser is shown as text.
    """

    notice = Unicode(
        "This cell was missing from the submission; it was added back for grading.",
        help="What stands above a deleted cell that was put back.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mend one notebook's cells. Raises nbgrader's `MissingEntry` where the assignment is not in the grade book."""
        place = Place.of(resources)
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            known = {cell.grade_id: cell for cell in known_cells(book, place)}
        source = self._source(place)
        order = {cell.grade_id: number for number, cell in enumerate(source)}
        known = dict(sorted(known.items(), key=lambda item: order.get(item[0], len(order))))
        nb.cells = self._identified(nb.cells, known)
        self._put_back(
            nb.cells, known, place, level=logging.DEBUG if UNREADABLE in nb.metadata else logging.WARNING
        )
        course_texts = {cell.source for cell in known.values()} | {cell.source for cell in source}
        for position, cell in enumerate(nb.cells):
            nb.cells[position] = _harmless(cell, course_texts)
        return nb, resources

    def _identified(self, cells: list[NotebookNode], known: Mapping[str, KnownCell]) -> list[NotebookNode]:
        claims = [_claimed_id(cell) for cell in cells]
        owners: dict[str, tuple[bool, int]] = {}
        for position, claim in enumerate(claims):
            if claim is not None and claim in known:
                rank = (cells[position].cell_type == known[claim].cell_type, position)
                owners[claim] = max(rank, owners.get(claim, rank))
        identified = []
        for position, (cell, claim) in enumerate(zip(cells, claims, strict=True)):
            cell.metadata = {INDEX: position}
            if claim in owners and owners[claim][1] == position:
                cell = _as(known[claim], cell)
            elif claim is not None:
                self.log.warning(
                    "Cell %d: its id '%s' is unknown or belongs to another cell.", position, claim
                )
            identified.append(cell)
        return identified

    def _put_back(
        self, cells: list[NotebookNode], known: Mapping[str, KnownCell], place: Place, level: int
    ) -> None:
        order = list(known)
        for number, grade_id in enumerate(order):
            cell = known[grade_id]
            where = {_claimed_id(present): position for position, present in enumerate(cells)}
            if grade_id in where or not (cell.grade or cell.task):
                continue
            self.log.log(level, "%s of %s: cell '%s' was deleted.", place.notebook, place.student, grade_id)
            before = next((where[name] for name in reversed(order[:number]) if name in where), None)
            after = next((where[name] for name in order[number + 1 :] if name in where), len(cells))
            cells.insert(after if before is None else before + 1, self._restored(cell, number))

    def _restored(self, cell: KnownCell, number: int) -> NotebookNode:
        # Of a locked cell nbgrader insists on the very text. Any other deleted cell held an answer, which may
        # now stand somewhere else: with the notice in it, it is not taken for untouched and waits for a person.
        notice = f"# {self.notice}\n" if cell.cell_type == "code" else f"*{self.notice}*\n\n"
        source = cell.source if cell.locked else notice + cell.source
        return _MAKERS[cell.cell_type](source, id=f"restored-{number}", metadata=cell.metadata)

    def _source(self, place: Place) -> tuple[Cell, ...]:
        course = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if course is None:
            return ()
        folder = Path(course.format_path(course.source_directory, ".", place.assignment))
        try:
            return notebook.read(folder / f"{place.notebook}.ipynb").cells
        except (NotebookError, UnreadableError):
            return ()  # the grade book knows the assignment; its source may have gone


def known_cells(book: Gradebook, place: Place) -> Iterator[KnownCell]:
    """Return the cells of a registered notebook, in its order. Raises nbgrader's `MissingEntry`."""
    registered = book.find_notebook(place.notebook, place.assignment)
    points = {cell.name: float(cell.max_score) for cell in (*registered.grade_cells, *registered.task_cells)}
    grades = {cell.name for cell in registered.grade_cells}
    tasks = {cell.name for cell in registered.task_cells}
    solutions = {cell.name for cell in registered.solution_cells}
    for cell in registered.source_cells:
        yield KnownCell(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum,
            locked=bool(cell.locked),
            solution=cell.name in solutions,
            grade=cell.name in grades,
            task=cell.name in tasks,
            points=points.get(cell.name),
        )


def _claimed_id(cell: NotebookNode) -> str | None:
    claim = cell.metadata.get("nbgrader")
    grade_id = claim.get("grade_id") if isinstance(claim, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def _as(known: KnownCell, cell: NotebookNode) -> NotebookNode:
    """`cell` with the type and the metadata that it has in the grade book."""
    source = known.source if known.locked else cell.source
    mended = _MAKERS[known.cell_type](source, id=cell.id, metadata={**known.metadata, **cell.metadata})
    if known.cell_type == "markdown" and "attachments" in cell:
        mended.attachments = cell.attachments
    return mended


def _harmless(cell: NotebookNode, course_texts: set[str]) -> NotebookNode:
    if cell.cell_type == "code" or cell.source in course_texts:
        return cell
    if cell.cell_type == "markdown":
        cell.source = safe_markdown(cell.source, cell.get("attachments"))
        return cell
    return new_markdown_cell(as_listing(cell.source), id=cell.id, metadata=cell.metadata)
