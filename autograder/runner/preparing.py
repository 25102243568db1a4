"""A submission, made ready to run: the course's locked cells restored, training switched off."""

from __future__ import annotations

from dataclasses import replace

from autograder.model import Cell, Notebook

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
SWITCHES = "skip_training = True  # grading trains nothing: it loads no more than the saved weights"


def prepare(submission: Notebook, source: Notebook) -> Notebook:
    """Return the submission with locked cells as the course wrote them, and the switches behind the `parameters` cell.

    `notes` of the result tell a person which cells of the course were deleted, changed or doubled.
    """
    originals = {cell.grade_id: cell for cell in source.cells if cell.grade_id is not None}
    notes: list[str] = []
    cells: list[Cell] = []
    seen: set[str] = set()
    for cell in submission.cells:
        original = originals.get(cell.grade_id or "")
        if original is not None:
            if original.grade_id in seen:
                notes.append(f"Cell {original.grade_id} is there twice; the last one counts.")
            seen.add(str(original.grade_id))
            if original.locked and not original.solution and original.kind == cell.kind == "code":
                if cell.source.strip() != original.source.strip():
                    notes.append(
                        f"The locked cell {original.grade_id} was changed; the course's version ran."
                    )
                cell = replace(cell, source=original.source)
        cells.append(cell)
    notes.extend(f"Cell {grade_id} was deleted." for grade_id in originals if grade_id not in seen)
    return replace(submission, cells=tuple(_switched(cells)), notes=(*submission.notes, *notes))


def _switched(cells: list[Cell]) -> list[Cell]:
    """With a cell that sets the switches behind the last `parameters` cell, or in front where there is none."""
    tagged = [i for i, cell in enumerate(cells) if PARAMETERS_TAG in cell.tags and cell.kind == "code"]
    at = tagged[-1] + 1 if tagged else 0
    switch = Cell(index=-1, kind="code", source=SWITCHES, tags=(INJECTED_TAG,))
    return [*cells[:at], switch, *cells[at:]]
