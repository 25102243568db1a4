"""What changed between two releases, cell by cell; nbdime says which cells belong together."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

Kind = Literal["added", "removed", "changed"]
STYLES = {"added": "green", "removed": "red", "changed": "yellow"}
MARKS = {"+": "green", "-": "red", "@": "cyan"}
UNSAID = ("checksum",)  # follows from the rest
CONTEXT = 2  # lines around a change


@dataclass(frozen=True)
class Change:
    """One cell, or one other file. `lines`: what differs, marked with + and - as in a diff."""

    kind: Kind
    what: str
    lines: tuple[str, ...] = ()


def of_notebooks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the cells that were added, removed or changed, in the order of the notebook."""
    import nbdime
    import nbformat  # takes seconds, where all of jsonschema is installed

    before, after = nbformat.from_dict(dict(old)), nbformat.from_dict(dict(new))
    found: list[Change] = []
    for operation in nbdime.diff_notebooks(before, after):
        if operation["key"] == "cells":
            found.extend(_cells(operation["diff"], before.cells, after.cells))
        else:
            was, now = old.get(operation["key"]), new.get(operation["key"])
            found.append(
                Change("changed", f"notebook {operation['key']}", tuple(_lines(_json(was), _json(now))))
            )
    return found


def of_files(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """Compare the other files of a release: texts line by line, the rest by size and checksum."""
    found = []
    for name in sorted({*old, *new}):
        if name.endswith(".ipynb") or old.get(name) == new.get(name):
            continue
        if name not in new:
            found.append(Change("removed", name))
        elif name not in old:
            found.append(Change("added", name, (f"+ {len(new[name]):,} bytes",)))
        else:
            found.append(Change("changed", name, tuple(_bytes(old[name], new[name]))))
    return found


def rendered(changes: list[Change]) -> RenderableType:
    """Lay changes out for a terminal: a heading for each cell, its lines below. Marks say the same without colours."""
    parts: list[RenderableType] = []
    for change in changes:
        parts.append(Text.assemble((f"{change.kind:8}", f"bold {STYLES[change.kind]}"), change.what))
        for line in change.lines:
            parts.append(Padding(Text(line, style=MARKS.get(line[:1], "dim")), (0, 0, 0, 2)))
        parts.append(Text())
    return Group(*parts)


def _cells(operations: Any, before: list[Any], after: list[Any]) -> Iterator[Change]:
    shift = 0  # how much further the new notebook is than the old one
    for operation in operations:
        at = operation["key"]
        if operation["op"] == "addrange":
            for offset, cell in enumerate(operation["valuelist"]):
                yield Change("added", _named(cell, at + shift + offset), tuple(_lines("", cell.source)))
            shift += len(operation["valuelist"])
        elif operation["op"] == "removerange":
            for index in range(at, at + operation["length"]):
                yield Change(
                    "removed", _named(before[index], index, "was "), tuple(_lines(before[index].source, ""))
                )
            shift -= operation["length"]
        else:
            yield Change(
                "changed",
                _named(after[at + shift], at + shift),
                tuple(_of_cell(before[at], after[at + shift])),
            )


def _named(cell: Any, index: int, was: str = "") -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    graded = f", grade id {grade_id}" if grade_id else ""
    return f"{was}cell {index}, {cell.cell_type} {cell.get('id', '')}{graded}"


def _of_cell(old: Any, new: Any) -> Iterator[str]:
    if old.cell_type != new.cell_type:
        yield f"- {old.cell_type}"
        yield f"+ {new.cell_type}"
    yield from _lines(old.source, new.source)
    yield from _lines(_json(_said(old.metadata)), _json(_said(new.metadata)))
    for name in sorted({*old.get("attachments", {}), *new.get("attachments", {})}):
        if old.get("attachments", {}).get(name) != new.get("attachments", {}).get(name):
            yield f"@ the attachment {name} changed"


def _said(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata without what follows from the rest."""
    marks = {key: value for key, value in metadata.get("nbgrader", {}).items() if key not in UNSAID}
    return {**metadata, "nbgrader": marks} if marks else dict(metadata)


def _lines(old: str, new: str) -> Iterator[str]:
    """A unified diff of two texts without its head; all lines of the one where the other is empty."""
    matched = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=CONTEXT)
    for line in list(matched)[2:]:
        if line.startswith("@@"):
            start = line.split("+")[1].split(",")[0].split(" ")[0]
            if old and new:
                yield f"@ line {start}"
        else:
            yield f"{line[:1]} {line[1:]}"


def _bytes(old: bytes, new: bytes) -> Iterator[str]:
    try:
        yield from _lines(old.decode(), new.decode())
    except UnicodeDecodeError:
        for mark, data in (("-", old), ("+", new)):
            yield f"{mark} {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:12]}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
