"""A learning platform's list of students, and who of ours is who of theirs. Nobody is matched by a guess.

A student of ours has up to three names that are theirs alone: the id in the course, an e-mail address, the platform's id.
They are compared letter by letter with the columns of the list that identify people; a person's name never is.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.exports.marks import Mark
from autograder.feedback.csv import runs
from autograder.feedback.sanitise import one_line

SIZE_CAP = 16 << 20
Row = dict[str, str]


@dataclass(frozen=True)
class Roster:
    """A file that was downloaded from the platform: its columns in order, and a row per student. `encoding`: as it was read."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Matched:
    """`rows`: student of ours -> their row. `unmatched`: student -> why there is none."""

    rows: Mapping[str, Row]
    unmatched: Mapping[str, str]


def read(path: Path) -> Roster:
    """Read a list of students, separated by commas, semicolons or tabs, as UTF-8, UTF-16 or Windows-1252. Raises UsageError."""
    try:
        if path.stat().st_size > SIZE_CAP:
            raise _unreadable(path, f"it is larger than {SIZE_CAP >> 20} MiB")
        text, encoding = _decoded(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from None
    except UnicodeDecodeError:
        raise _unreadable(path, "it is no text") from None
    first = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=first.count)
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text), delimiter=separator, strict=True) if any(line)
        ]
    except csv.Error as error:
        raise _unreadable(path, str(error)) from None
    if not lines:
        raise _unreadable(path, "it is empty")
    columns = tuple(name.strip() for name in lines[0])
    if len(set(columns)) < len(columns):
        raise _unreadable(path, "two columns have the same name")
    rows = tuple(dict(zip(columns, [*line, *[""] * len(columns)], strict=False)) for line in lines[1:])
    return Roster(str(path), columns, rows, encoding)


def _decoded(raw: bytes) -> tuple[str, str]:
    """The text and the encoding it is in: what a spreadsheet saves where nobody asks it for UTF-8 is read, too.

    Raises UnicodeDecodeError for what is no text.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16"), "utf-16"
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" not in raw:
            return raw.decode("cp1252"), "cp1252"
        text = ""
    if b"\0" not in raw:
        return text, "utf-8"
    # UTF-16 without a mark: of ASCII every second byte is 0
    encoding = "utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"
    text = raw.decode(encoding)
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        raise UnicodeDecodeError(encoding, raw, raw.index(0), raw.index(0) + 1, "a character without meaning")
    return text, encoding


def _alike(name: str) -> str:
    """What stays of an identifier where people and spreadsheets are careless: no case, no zeros in front, no spaces."""
    bare = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return bare.lstrip("0") or bare[:1]


def match(marks: Iterable[Mark], roster: Roster, keys: Sequence[str]) -> Matched:
    """Find the row of the `roster` for each of the `marks`, by its columns `keys`.

    Raises UsageError where the list has none of the columns.
    """
    present = [key for key in keys if key in roster.columns]
    if not present:
        raise UsageError(
            f"The list has no column that identifies students: {', '.join(keys)}.",
            remedy=f"It has {', '.join(roster.columns[:12])}. Name one with --match COLUMN.",
            file=roster.file,
        )
    index: dict[str, list[int]] = {}
    for at, row in enumerate(roster.rows):
        for value in {row[key].strip() for key in present} - {""}:
            index.setdefault(value, []).append(at)
    near: dict[str, str] = {}
    for value in index:
        near.setdefault(_alike(value), value)
    rows: dict[str, Row] = {}
    unmatched: dict[str, str] = {}
    taken: dict[int, str] = {}
    for mark in marks:
        names = [name for name in (mark.student, mark.email, mark.platform_id) if name]
        found = {at for name in names for at in index.get(name, ())}
        why = _problem(found, taken, roster, present)
        if why:
            unmatched[mark.student] = why if found else why + _near_miss(names, near)
            continue
        at = found.pop()
        taken[at] = mark.student
        rows[mark.student] = roster.rows[at]
    return Matched(rows, unmatched)


def _near_miss(names: Iterable[str], near: Mapping[str, str]) -> str:
    """A hint at an identifier of the list that one of `names` resembles; `near`: what stays of it -> itself."""
    for name in names:
        there = near.get(_alike(name))
        if there is not None:
            return f"; {one_line(name, 60)} and {one_line(there, 60)} of the list look alike"
    return ""


def _problem(found: set[int], taken: Mapping[int, str], roster: Roster, keys: Sequence[str]) -> str:
    if not found:
        return f"is in none of the columns {', '.join(keys)}"
    if len(found) > 1:
        return f"fits {len(found)} rows"
    (at,) = found
    if at in taken:
        return f"fits the row that {taken[at]} fits"
    if any(runs(roster.rows[at][key]) for key in keys):
        return "has an identifier that a spreadsheet would run as a formula"
    return ""


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(
        f"The list of students cannot be read: {why}.",
        remedy="Download it from the platform again, as CSV.",
        file=str(path),
    )
