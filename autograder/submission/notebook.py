"""A notebook file as text: read with bounds, never executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.errors import NotebookError, UnreadableError
from autograder.model import Cell, Notebook

SIZE_CAP = 32 << 20
CELLS_CAP = 2_000
SOURCE_CAP = 1 << 20
# commas and brackets of the file: JSON of a few bytes an item becomes objects of seventy
ITEMS_CAP = 2_000_000


def read(path: Path) -> Notebook:
    """Read an .ipynb file of nbformat 4 (3 is converted).

    Raises `NotebookError` for what is in the file, `UnreadableError` where the machine does not give it; both name file
    and remedy.
    """
    return parse(_bytes(path), path.name)


def parse(raw: bytes, name: str) -> Notebook:
    """Return the notebook that `raw` spells; `name` is what messages call it. Raises `NotebookError`."""
    document = _document(raw, name)
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise _unreadable(name, "it has no list of cells.")
    if len(cells) > CELLS_CAP:
        raise _unreadable(name, f"it has {len(cells)} cells, more than {CELLS_CAP}.")
    if not any(isinstance(cell, dict) and _source(cell.get("source")).strip() for cell in cells):
        raise NotebookError(
            "The notebook is empty.",
            remedy="Submit the notebook that you worked in, saved after the last edit.",
            file=name,
        )
    return Notebook(
        path=name,
        cells=tuple(_cell(cell, index, name) for index, cell in enumerate(cells)),
        kernel=_kernel(document),
    )


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > SIZE_CAP:
            raise NotebookError(
                f"The file has {size / 2**20:.0f} MiB, more than {SIZE_CAP >> 20}.",
                remedy="Clear the outputs (Edit, Clear All Outputs), save, and submit again.",
                file=path.name,
            )
        return path.read_bytes()
    except IsADirectoryError:
        raise NotebookError(
            "There is a folder in place of the file.", remedy="Submit it again.", file=path.name
        ) from None
    except OSError as error:
        raise UnreadableError(
            f"The file cannot be read ({error.strerror}).",
            remedy="See that it is there and may be read, and try again.",
            file=path.name,
        ) from None


def _document(raw: bytes, name: str) -> dict[str, Any]:
    items = sum(map(raw.count, (b",", b"[", b"{")))
    if items > ITEMS_CAP:
        raise NotebookError(
            f"The file has {items:,} items, more than {ITEMS_CAP:,}.",
            remedy="Clear the outputs (Edit, Clear All Outputs), save, and submit again.",
            file=name,
        )
    try:
        document = json.loads(raw)
    except UnicodeDecodeError:
        raise _unreadable(name, "it is not UTF-8 text.") from None
    except ValueError as error:
        raise _unreadable(name, f"it is not JSON ({error}).") from None
    except RecursionError:
        raise _unreadable(name, "its JSON is nested too deeply.") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise _unreadable(name, "it is JSON, but no notebook.")
    if document["nbformat"] == 4:
        return document
    import nbformat  # slow to import, and needed for old notebooks only

    try:
        return dict(nbformat.convert(nbformat.from_dict(document), 4))
    except Exception as error:
        raise _unreadable(
            name, f"its format, {document['nbformat']!r}, cannot be converted ({type(error).__name__})."
        ) from None


def _unreadable(name: str, why: str) -> NotebookError:
    return NotebookError(
        f"The file is no notebook that can be read: {why}",
        remedy="Open it in Jupyter, save it as .ipynb, and submit it again.",
        file=name,
    )


def _cell(cell: Any, index: int, name: str) -> Cell:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise NotebookError(
            "The cell has no type that Jupyter knows.",
            remedy="Open the notebook in Jupyter and save it.",
            file=name,
            cell=index,
        )
    source = _source(cell.get("source"))
    if len(source) > SOURCE_CAP:
        raise NotebookError(
            f"The cell has {len(source)} characters.", remedy="Keep data out of cells.", file=name, cell=index
        )
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    tags = metadata.get("tags")
    grade_id = nbgrader.get("grade_id")
    points = nbgrader.get("points")
    checksum = nbgrader.get("checksum")
    return Cell(
        index=index,
        kind=cell["cell_type"],
        source=source,
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        grade_id=grade_id if isinstance(grade_id, str) else None,
        points=float(points) if isinstance(points, int | float) and not isinstance(points, bool) else None,
        grade=nbgrader.get("grade") is True,
        solution=nbgrader.get("solution") is True,
        locked=nbgrader.get("locked") is True,
        task=nbgrader.get("task") is True,
        checksum=checksum if isinstance(checksum, str) else None,
    )


def _source(source: Any) -> str:
    """The text of a cell, with the line ends that Jupyter writes: some editors and version controls write their own."""
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def _kernel(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    kernelspec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return name if isinstance(name, str) else "python3"
