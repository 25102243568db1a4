"""What was read of a submission: names, sizes and checksums, for a student to keep and for a grader to show.

A notebook's checksum changes when it is saved again with other outputs; so each answer has one of its own, of the cell's text.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.model import Notebook, ReadFile, Receipt

SCHEMA = 1
SIZE_CAP = 256 << 20  # larger files are named without a checksum's worth of reading


def of(
    paths: Iterable[Path], notebook: Notebook | None, beside: Mapping[str, bytes] | None = None
) -> Receipt:
    """Note the files of `paths` that are there, those `beside` (name -> bytes), and the answers in the notebook if it could be read.

    Never raises.
    """
    files = [found for path in paths if (found := _file(path)) is not None]
    files += [ReadFile(name, len(data), sha256(data)) for name, data in (beside or {}).items()]
    cells = {} if notebook is None else answers(notebook)
    return Receipt(tuple(files), cells)


def answers(notebook: Notebook) -> dict[str, str]:
    """Return grade id -> SHA-256 of the text, of the cells that are the student's to write."""
    return {
        cell.grade_id: sha256(cell.source.encode("utf-8", "surrogatepass"))
        for cell in notebook.cells
        if cell.grade_id is not None and (cell.solution or cell.task)
    }


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _file(path: Path) -> ReadFile | None:
    """None where there is no file of its own: a link may lead anywhere, and a pipe never ends."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > SIZE_CAP:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return ReadFile(path.name, len(data), sha256(data))


def as_dict(receipt: Receipt) -> dict[str, Any]:
    """Return plain data, as results and receipts write it."""
    return {
        "files": {each.name: {"bytes": each.bytes, "sha256": each.sha256} for each in receipt.files},
        "cells": dict(sorted(receipt.cells.items())),
    }


def from_dict(value: Mapping[str, Any]) -> Receipt:
    """Read what `as_dict` made. Raises TypeError or KeyError where it is something else."""
    files = tuple(
        ReadFile(str(name), int(each["bytes"]), str(each["sha256"])) for name, each in value["files"].items()
    )
    return Receipt(files, {str(name): str(each) for name, each in value["cells"].items()})


def to_json(
    receipt: Receipt, *, assignment: str, by: str, student: str | None = None, when: datetime | None = None
) -> str:
    """Write a receipt as a file: what was read, when, and by which version.

    receipt      the checksums
    assignment   whose files they are
    by           the program and its version
    student      who submitted, if it is known
    when         the moment; now by default. It is written in UTC
    """
    moment = (when or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    whole = {
        "schema": SCHEMA,
        "assignment": assignment,
        **({} if student is None else {"student": student}),
        "read": moment.isoformat(),
        "by": by,
        **as_dict(receipt),
    }
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"
