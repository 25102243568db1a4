"""Tables for spreadsheets. What a student wrote stays text: no cell of theirs is a formula to Excel, Calc or Sheets.

A cell that begins with one of `= + - @`, a tab or a line break may be run as a formula when the file is opened (OWASP, "CSV
Injection"). Such a cell gets an apostrophe in front; numbers of ours are written as they are.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

from autograder.feedback.sanitise import visible

LONGEST = 30_000  # characters; Excel's cells hold 32,767
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[-+]?\d*([.,]\d+)?", re.ASCII)
Cell = str | int | float | None


def text(rows: Iterable[Sequence[Cell]]) -> str:
    """Write rows as CSV (RFC 4180). None and what is no finite number become empty cells."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def cell(value: Cell) -> str:
    """Write one cell, harmless to a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, float):
        return f"{value + 0.0:.10g}" if math.isfinite(value) else ""
    return str(value)


def harmless(value: str) -> str:
    """Return foreign text so that no spreadsheet takes it for a formula."""
    left_out = len(value) - LONGEST
    # nothing is dropped: a name stays another than its look-alike
    value = visible(value[:LONGEST].replace("\r\n", "\n"), keep="\n\t")
    if left_out > 0:
        value += f"\n… and {left_out:,} more characters"
    return f"'{value}" if runs(value) else value


def runs(value: str) -> bool:
    """Ask whether a spreadsheet may take the text for a formula, also where white space or a full-width sign leads it."""
    if _NUMBER.fullmatch(value):
        return False  # "-0.5", and the "-" that stands for nothing
    start = unicodedata.normalize("NFKC", value[:20]).lstrip(" \u00a0")
    return value.startswith(STARTS) or start.startswith(STARTS)
