"""nbgrader's checksum of a cell, which its metadata carry: whether the text is still the one that was handed out."""

from __future__ import annotations

import hashlib

from autograder.model import Cell


def locked(cell: Cell) -> bool:
    """Return whether a cell is the course's own: what stands in it is put back."""
    return not cell.solution and (cell.grade or cell.locked)


def untouched(cell: Cell) -> bool:
    """Return whether a cell is, to the letter, what was handed out. False where it carries no checksum.

    Line ends do not count: an editor on another system writes its own.
    """
    if cell.checksum is None:
        return False
    return cell.checksum in (checksum(cell), checksum(cell, cell.source.replace("\n", "\r\n")))


def checksum(cell: Cell, source: str | None = None) -> str:
    """Return what nbgrader writes into a cell's metadata when it makes the student version.

    source   the text, where it is another than the cell's

    It is the MD5 of text, kind and settings.
    """
    parts = [
        cell.source if source is None else source,
        cell.kind,
        str(cell.grade),
        str(cell.solution),
        str(locked(cell)),
        cell.grade_id or "",
    ]
    if cell.grade:
        parts.append(str(float(cell.points or 0.0)))
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
