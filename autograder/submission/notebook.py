"""A notebook file as text: read with bounds, never executed.

Bounds count where the danger is: objects, nesting, code. What a written answer holds (photographs, tables, attachments) is text
that nobody runs, and keeps no code from being judged: in a large file pictures are left out before anything is parsed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from autograder.errors import NotebookError, UnreadableError
from autograder.model import Cell, Notebook

FILE_CAP = 256 << 20  # bytes that are read at all
SIZE_CAP = 32 << 20  # of what is parsed: a file, or what a larger one is without its pictures
CELLS_CAP = 2_000  # that are code
OTHER_CELLS_CAP = 20_000
SOURCE_CAP = 1 << 20  # characters of a code cell
# commas and brackets outside of texts: JSON of a few bytes an item becomes objects of seventy
ITEMS_CAP = 2_000_000
LEFT_OUT = "(a picture was left out here)"
LEFT_OUT_NOTE = (
    "The file is large: pictures in answers and outputs were left out. Open the submitted file to see them."
)

# a JSON text to its end, or to the file's; it never goes back, so that no file makes it slow
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
# What only a picture's bytes look like: base64, with the line ends that JSON writes. Begins where no such sign stands before, so
# that each is looked at once; a backslash at its end belongs to what follows.
_PICTURE = re.compile(rb"(?<![A-Za-z0-9+/=\\])[A-Za-z0-9+/=\\]{8192,}+")


def read(path: Path) -> Notebook:
    """Read an .ipynb file of nbformat 4 (3 is converted).

    Raises `NotebookError` for what is in the file, `UnreadableError` where the machine does not give it; both name file
    and remedy.
    """
    return parse(_bytes(path), path.name)


def parse(raw: bytes, name: str) -> Notebook:
    """Return the notebook that `raw` spells; `name` is what messages call it. Raises `NotebookError`."""
    notes: tuple[str, ...] = ()
    if len(raw) > SIZE_CAP:
        raw, notes = _PICTURE.sub(_left_out, raw), (LEFT_OUT_NOTE,)
        if len(raw) > SIZE_CAP:
            raise _too_large(
                f"The file has {len(raw) / 2**20:.0f} MiB beside its pictures, more than {SIZE_CAP >> 20}.",
                name,
            )
    document = _document(raw, name)
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise _unreadable(name, "it has no list of cells.")
    code = sum(isinstance(cell, dict) and cell.get("cell_type") == "code" for cell in cells)
    for count, cap, what in (
        (code, CELLS_CAP, "code cells"),
        (len(cells) - code, OTHER_CELLS_CAP, "other cells"),
    ):
        if count > cap:
            raise _unreadable(name, f"it has {count} {what}, more than {cap}.")
    if not any(isinstance(cell, dict) and _source(cell.get("source")).strip() for cell in cells):
        raise NotebookError(
            "The notebook is empty.",
            remedy="Submit the notebook that you worked in, saved after the last edit.",
            file=name,
        )
    odd = [str(index) for index, cell in enumerate(cells) if _kind(cell) is None]
    if odd:
        notes += (f"Of no type that Jupyter knows, and read as plain text: cell {', '.join(odd[:10])}.",)
    return Notebook(
        path=name,
        cells=tuple(_cell(cell, index, name) for index, cell in enumerate(cells)),
        kernel=_kernel(document),
        notes=notes,
    )


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > FILE_CAP:
            raise _too_large(f"The file has {size / 2**20:.0f} MiB, more than {FILE_CAP >> 20}.", path.name)
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
    items = _items(raw)
    if items > ITEMS_CAP:
        items = _items(_TEXT.sub(b"", raw))  # a long table in an answer is one text
    if items > ITEMS_CAP:
        raise _too_large(f"The file has {items:,} items, more than {ITEMS_CAP:,}.", name)
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


def _left_out(picture: re.Match[bytes]) -> bytes:
    whole = picture[0]
    return LEFT_OUT.encode() + whole[len(whole.rstrip(b"\\")) :]


def _items(raw: bytes) -> int:
    return sum(map(raw.count, (b",", b"[", b"{")))


def _too_large(what: str, name: str) -> NotebookError:
    return NotebookError(
        what, remedy="Clear the outputs (Edit, Clear All Outputs), save, and submit again.", file=name
    )


def _unreadable(name: str, why: str) -> NotebookError:
    return NotebookError(
        f"The file is no notebook that can be read: {why}",
        remedy="Open it in Jupyter, save it as .ipynb, and submit it again.",
        file=name,
    )


def _cell(cell: Any, index: int, name: str) -> Cell:
    kind = _kind(cell)
    cell = cell if isinstance(cell, dict) else {}
    source = _source(cell.get("source"))
    if kind == "code" and (len(source) > SOURCE_CAP or LEFT_OUT in source):
        raise NotebookError(
            f"The cell has {len(source)} characters."
            if len(source) > SOURCE_CAP
            else "The cell holds the bytes of a picture or the like, in a file that is too large for that.",
            remedy="Keep data out of code cells: put it into a file beside the notebook.",
            file=name,
            cell=index,
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
        kind=kind or "raw",
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


def _kind(cell: Any) -> Literal["code", "markdown", "raw"] | None:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    return kind if kind in ("code", "markdown", "raw") else None


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
