"""Means with their standard errors over seeds, as a table on the terminal, in Markdown, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

Record = dict[str, Any]
Rows = list[list[str]]


def grouped(
    records: Sequence[Record], *, by: Sequence[str] = ("method", "data", "device")
) -> dict[tuple[str, ...], list[Record]]:
    """Records with the same method, data and device, in the order in which they come."""
    groups: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        groups.setdefault(tuple(str(record["task"][name]) for name in by), []).append(record)
    return groups


def values(records: Sequence[Record], figure: str) -> list[float]:
    return [float(record["figures"][figure]) for record in records if figure in record["figures"]]


def standard_error(numbers: Sequence[float]) -> float:
    """Standard deviation over seeds, divided by the root of their number; 0 of a single one."""
    return stdev(numbers) / len(numbers) ** 0.5 if len(numbers) > 1 else 0.0


def spread(numbers: Sequence[float], digits: int = 1) -> str:
    """mean ± standard error.

    >>> spread([10.0, 12.0])
    '11.0 ± 1.0'
    """
    if not numbers:
        return ""
    middle = f"{mean(numbers):.{digits}f}"
    return f"{middle} ± {standard_error(numbers):.{digits}f}" if len(numbers) > 1 else middle


def markdown(head: Sequence[str], rows: Rows) -> str:
    """A table as docs/results.md holds it.

    >>> print(markdown(["method", "error"], [["a", "1.0"]]))
    | method | error |
    |---|---|
    | a | 1.0 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "|" + "|".join(f" {cell} " if cell != "---" else cell for cell in line) + "|" for line in lines
    )


def show(title: str, head: Sequence[str], rows: Rows, records: Sequence[Record], *, as_json: bool) -> None:
    """Print the table for a person, or everything for a program."""
    if as_json:
        print(json.dumps({"title": title, "head": list(head), "rows": rows, "runs": list(records)}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    console = Console()
    Console(width=max(console.width, 140)).print(table)  # in a file, lines may be long
    if not rows:
        print("No run is finished yet.")
