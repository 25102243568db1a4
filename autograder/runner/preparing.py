"""A submission, made ready to run: the course's locked cells restored, training switched off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.model import Cell, Notebook
from autograder.runner import names

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
SWITCH = "skip_training"
SWITCHES = "skip_training = True  # grading trains nothing: it loads no more than the saved weights"


def prepare(submission: Notebook, source: Notebook) -> Notebook:
    """Return the submission with locked cells as the course wrote them, and the switches behind the `parameters` cell.

    A cell that lost its grade id and is there all the same is known by its text (`recognised`). `notes` of the result tell a
    person which cells of the course were deleted, changed or doubled.
    """
    originals = {cell.grade_id: cell for cell in source.cells if cell.grade_id is not None}
    notes: list[str] = []
    cells: list[Cell] = []
    seen: set[str] = set()
    handed_in, known = recognised(submission.cells, originals)
    for cell in handed_in:
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
    if known:
        notes.append(_lost_ids(known, submission))
    notes.extend(f"Cell {grade_id} was deleted." for grade_id in originals if grade_id not in seen)
    return replace(submission, cells=tuple(_switched(cells)), notes=(*submission.notes, *notes))


def recognised(
    cells: Sequence[Cell], originals: Mapping[str, Cell]
) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """Return the cells, those without a grade id with the one that their text shows, and the ids that were found so.

    A cell of the course is known by its very text; a solution by the first name that its original defines; an answer in words
    where it is the one text of its kind between the cells before it and behind it. An id that is there already is given to no
    other cell.
    """
    left = dict(originals)
    for cell in cells:
        left.pop(cell.grade_id or "", None)
    found: dict[int, str] = {}
    for grade_id, original in left.items():
        at = _place_of(original, cells, found)
        if at is not None:
            found[at] = grade_id
    if found:
        answers = [grade_id for grade_id in left if grade_id not in found.values()]
        found |= _between(answers, cells, found, originals)
    made = tuple(
        replace(originals[found[at]], index=cell.index, source=cell.source, tags=cell.tags)
        if at in found
        else cell
        for at, cell in enumerate(cells)
    )
    return made, tuple(found[at] for at in sorted(found))


def _place_of(original: Cell, cells: Sequence[Cell], taken: Mapping[int, str]) -> int | None:
    free = [
        at
        for at, cell in enumerate(cells)
        if cell.grade_id is None and cell.kind == original.kind and at not in taken
    ]
    same = [at for at in free if cells[at].source.strip() == original.source.strip()]
    if same:
        return same[0]
    if not original.solution or original.kind != "code":
        return None
    wanted = _defined(original.source)
    made = [at for at in free if wanted and wanted in names.bound(cells[at].source)]
    return made[-1] if made else None


def _defined(source: str) -> str:
    """The first function or class that a cell defines."""
    found = names.statements(source) or ()
    return next((str(getattr(each, "name", "")) for each in found if hasattr(each, "name")), "")


def _between(
    answers: Iterable[str], cells: Sequence[Cell], found: Mapping[int, str], originals: Mapping[str, Cell]
) -> dict[int, str]:
    """Answers in words: the one free cell of its kind right behind the cell that comes before it in the course's notebook."""
    order = list(originals)
    places = {grade_id: at for at, grade_id in found.items()}
    places |= {
        cell.grade_id: at for at, cell in enumerate(cells) if cell.grade_id and cell.grade_id in originals
    }
    more: dict[int, str] = {}
    for grade_id in answers:
        original = originals[grade_id]
        before = [places[each] for each in order[: order.index(grade_id)] if each in places][-1:]
        at = before[0] + 1 if before else 0
        fits = at < len(cells) and cells[at].grade_id is None and cells[at].kind == original.kind
        if original.solution and original.kind != "code" and fits and at not in found:
            more[at] = grade_id
    return more


def _lost_ids(known: Sequence[str], submission: Notebook) -> str:
    if not any(cell.grade_id for cell in submission.cells):
        return (
            f"The notebook has lost its metadata; {len(known)} cells of the course were known by their texts."
        )
    listed = ", ".join(known)
    return f"Cells without their grade ids were known by their texts: {listed}."


def _switched(cells: list[Cell]) -> list[Cell]:
    """With a cell that sets the switches behind the last `parameters` cell; where none has the tag, behind the last that sets
    them; or in front."""
    code = [i for i, cell in enumerate(cells) if cell.kind == "code"]
    places = [i for i in code if PARAMETERS_TAG in cells[i].tags]
    places = places or [i for i in code if SWITCH in names.bound(cells[i].source)]
    at = places[-1] + 1 if places else 0
    switch = Cell(index=-1, kind="code", source=SWITCHES, tags=(INJECTED_TAG,))
    return [*cells[:at], switch, *cells[at:]]
