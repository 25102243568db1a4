"""The rows of docs/results.md that are about one method, with the command that made them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results.md"


class Section:
    """A table of docs/results.md: the heading above it, the command of its section, and its lines."""

    def __init__(self, heading: str, command: str, lines: Sequence[str]) -> None:
        self.heading, self.command = heading, command
        self.head, self.rows = list(lines[:2]), list(lines[2:])

    def about(self, labels: Sequence[str]) -> list[str]:
        """Return the rows that have one of the labels in one of their cells. Raises LookupError for a label of none."""
        cells = {row: {cell.strip() for cell in row.strip("|").split("|")} for row in self.rows}
        for label in labels:
            if not any(label in row for row in cells.values()):
                raise LookupError(f"docs/results.md, {self.heading}: no row is about {label!r}")
        return [row for row in self.rows if cells[row] & set(labels)]


@cache
def sections() -> Mapping[str, Section]:
    """Return every table of docs/results.md by the name that its comment gives it."""
    found: dict[str, Section] = {}
    for part in re.split(r"(?m)^## ", RESULTS.read_text(encoding="utf-8"))[1:]:
        heading = part.partition("\n")[0]
        command = re.search(r"```\n(.*?)\n```", part, re.DOTALL)
        for name, table in re.findall(r"<!-- table: ([\w-]+) -->\n(.*?)<!-- end -->", part, re.DOTALL):
            lines = table.strip().split("\n")
            found[name] = Section(heading, command[1] if command else "", lines)
    return found


def evidence(wanted: Mapping[str, Sequence[str]], folder: str = "..") -> str:
    """Write the rows of each wanted table. folder: where docs/results.md lies, seen from the page."""
    written = []
    for table, labels in wanted.items():
        section = sections()[table]
        rows = _without_empty(section.head, section.about(labels))
        anchor = re.sub(r"[^\w\- ]", "", section.heading.lower()).replace(" ", "-")
        written.append(
            f"{rows}\n\nFrom [{section.heading}]({folder}/results.md#{anchor}), where the terms are explained; made by\n"
            f"```\n{section.command}\n```"
        )
    return "\n\n".join(written)


def _without_empty(head: Sequence[str], rows: Sequence[str]) -> str:
    """Write a table without the columns that none of its rows fills."""
    table = [
        [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        for line in (*head, *rows)
    ]
    keep = [n for n in range(len(table[0])) if any(row[n] for row in table[2:])]
    lines = ("| " + " | ".join(row[n] for n in keep) + " |" for row in table)
    return "\n".join(lines).replace(" ± ", "\u00a0±\u00a0")  # no line breaks there
