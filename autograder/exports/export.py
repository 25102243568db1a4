"""Marks into one platform's file, and an account of whom it leaves out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from autograder.errors import UsageError
from autograder.exports import canvas, moodle, plain, roster
from autograder.exports.marks import Mark, scaled
from autograder.exports.roster import Roster, Row
from autograder.feedback import csv

Platform = Literal["moodle", "canvas", "csv"]
PLATFORMS: tuple[str, ...] = get_args(Platform)


@dataclass(frozen=True)
class Exported:
    """The file's text, and who is in it.

    exported   students with points in it
    unmatched  student -> why no row of the platform's list is theirs; they are not in the file
    waiting    students who wait for a person or have no score; they are not in it either (in plain CSV they are, and say so)
    absent     how many people of the platform's list have handed in nothing
    encoding   how the platform's list was read
    """

    text: str
    exported: tuple[str, ...]
    unmatched: Mapping[str, str]
    waiting: tuple[str, ...]
    absent: int
    encoding: str = "utf-8"

    @property
    def left_out(self) -> tuple[str, ...]:
        """Who waits for a person, and has no points in the file for that."""
        return tuple(student for student in self.waiting if student not in self.exported)

    @property
    def complete(self) -> bool:
        """Whether somebody is in it, and nobody is missing: the same rule for every platform."""
        return bool(self.exported) and not self.unmatched and not self.left_out


def file_name(assignment: str, to: str) -> str:
    """Return what the file is called where nobody says so: fewshot.moodle.csv, fewshot.canvas.csv, fewshot.csv."""
    return f"{assignment}.csv" if to == "csv" else f"{assignment}.{to}.csv"


def export(
    marks: Sequence[Mark],
    assignment: str,
    to: str,
    *,
    listed: Path | None = None,
    match: str | None = None,
    column: str | None = None,
    scale: bool = False,
    incomplete: bool = False,
) -> Exported:
    """Export one assignment's `marks` as a file for `to`, one of the platforms.

    listed      the list of students that the platform hands out; Canvas needs it
    match       its column that identifies students, where it is none of the usual ones
    column      the column of the points, where it cannot be told
    scale       convert points where the assignment is worth another number there
    incomplete  export points also where some wait for a person

    Raises UsageError where the list does not fit.
    """
    if to not in PLATFORMS:
        raise UsageError(f"There is no export to {to!r}.", remedy=f"Use one of: {', '.join(PLATFORMS)}.")
    if to == "canvas" and listed is None:
        raise UsageError(
            "Canvas takes back only the file that it has handed out.",
            remedy="In Canvas: Gradebook, Export, Export Entire Gradebook; then name the file with --roster FILE.",
        )
    waiting = tuple(mark.student for mark in marks if not mark.final)
    marks = [_rounded(mark) for mark in marks]
    ready = [mark for mark in marks if mark.final or (incomplete and mark.points is not None)]
    if to == "csv":
        text = csv.text(plain.rows(marks, assignment))
        return Exported(text, tuple(mark.student for mark in ready), {}, waiting, 0)
    people = None if listed is None else roster.read(listed)
    if to == "canvas":
        assert people is not None
        return _canvas(marks, ready, assignment, people, match, column, scale, waiting)
    return _moodle(marks, ready, assignment, people, match, column, scale, waiting)


def _canvas(
    marks: Sequence[Mark],
    ready: Sequence[Mark],
    assignment: str,
    people: Roster,
    match: str | None,
    column: str | None,
    scale: bool,
    waiting: tuple[str, ...],
) -> Exported:
    students = canvas.students(people)
    found = roster.match(marks, students, (match,) if match else canvas.KEYS)
    place = canvas.column_of(people, assignment, column)
    worth = canvas.out_of(people, place)
    ready = _fitting([mark for mark in ready if mark.student in found.rows], worth, scale, "Canvas")
    worth = worth or max((mark.max_points for mark in marks), default=0.0)
    text = csv.text(canvas.rows(ready, students, found.rows, place, worth))
    absent = len(students.rows) - len(found.rows)
    exported = tuple(mark.student for mark in ready)
    return Exported(text, exported, found.unmatched, waiting, absent, people.encoding)


def _moodle(
    marks: Sequence[Mark],
    ready: Sequence[Mark],
    assignment: str,
    people: Roster | None,
    match: str | None,
    column: str | None,
    scale: bool,
    waiting: tuple[str, ...],
) -> Exported:
    matched: Mapping[str, Row] = {}
    unmatched: Mapping[str, str] = {}
    absent = 0
    if people is not None:
        found = roster.match(marks, people, (match,) if match else moodle.KEYS)
        matched, unmatched = found.rows, found.unmatched
        absent = len(people.rows) - len(matched)
        ready = [mark for mark in ready if mark.student in matched]
    ready = _fitting(ready, moodle.out_of(people, matched), scale, "Moodle")
    text = csv.text(moodle.rows(ready, assignment, people, matched, column))
    exported = tuple(mark.student for mark in ready)
    return Exported(text, exported, unmatched, waiting, absent, people.encoding if people else "utf-8")


def _rounded(mark: Mark) -> Mark:
    return mark if mark.points is None else replace(mark, points=round(mark.points, 4))


def _fitting(marks: Sequence[Mark], worth: float | None, scale: bool, where: str) -> list[Mark]:
    """The marks in the platform's points. Raises UsageError where those are others and nobody has asked to convert."""
    if worth is None or all(math.isclose(mark.max_points, worth) for mark in marks):
        return list(marks)
    if scale:
        return [_rounded(scaled(mark, worth)) for mark in marks]
    ours = next(mark.max_points for mark in marks if not math.isclose(mark.max_points, worth))
    raise UsageError(
        f"The assignment is worth {worth:g} points in {where}, and {ours:g} here.",
        remedy=f"Set it to {ours:g} there and download the file again, or convert with --scale.",
    )
