"""Canvas. Its grade book takes back the CSV file that it hands out ("Gradebook", "Export", "Import").

The columns are found by place and name (lib/gradebook_importer.rb of Canvas): Student, ID, then SIS User ID, SIS Login ID,
perhaps Integration ID and Root Account, then Section; what follows are assignments, "Name (1234)" by their number. A column of
another name makes a new assignment. A row whose first cell says "Points Possible" tells what an assignment is worth. See also
https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.errors import UsageError
from autograder.exports.marks import Mark
from autograder.exports.roster import Roster, Row
from autograder.feedback.csv import Cell

KEYS = ("SIS Login ID", "SIS User ID", "Integration ID", "ID")
PEOPLE = (
    *("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID"),
    *("Integration ID", "Root Account", "Section"),
)
POINTS = "    Points Possible"  # as Canvas writes it, with four spaces
_NUMBERED = re.compile(r"(.*?)\s*\(\d+\)")


def students(roster: Roster) -> Roster:
    """Return the list without the rows that are no students'. Raises UsageError where it is not Canvas's."""
    if "ID" not in roster.columns or "Section" not in roster.columns:
        raise UsageError(
            "This is not the file that Canvas exports: it has no columns ID and Section.",
            remedy="In Canvas: Gradebook, Export, Export Entire Gradebook.",
            file=roster.file,
        )
    first = roster.columns[0]
    kept = [row for row in roster.rows if row["ID"].strip() and "Points Possible" not in row[first]]
    return replace(roster, rows=tuple(kept))


def column_of(roster: Roster, assignment: str, column: str | None) -> str:
    """Return the column of the `assignment` in the `roster`: `column` if one was named, or the only one of its name.

    Canvas writes a number behind a name, which does not count. Raises UsageError where several have the name.
    """
    if column is not None:
        return column
    places = [name for name in roster.columns if name not in PEOPLE]
    fits = [
        name
        for name in places
        if name == assignment or ((found := _NUMBERED.fullmatch(name)) and found[1] == assignment)
    ]
    if len(fits) > 1:
        raise UsageError(
            f"{len(fits)} columns are called {assignment}.",
            remedy=f"Say which one with --column: {', '.join(fits)}.",
            file=roster.file,
        )
    return fits[0] if fits else assignment


def out_of(roster: Roster, column: str) -> float | None:
    """Return the points that the assignment has in Canvas; None where the file does not say so."""
    first = roster.columns[0]
    for row in roster.rows:
        if "Points Possible" in row[first]:
            try:
                return float(row.get(column, "").replace(",", "."))
            except ValueError:
                return None
    return None


def rows(
    marks: Sequence[Mark], roster: Roster, matched: Mapping[str, Row], column: str, worth: float
) -> list[list[Cell]]:
    """Return the file to upload, its header first: who people are, and the one assignment.

    marks     who is exported
    roster    Canvas's list
    matched   student -> their row of it
    column    the assignment's column
    worth     the assignment's points in Canvas
    """
    people = [name for name in roster.columns if name in PEOPLE]
    points: list[Cell] = [POINTS, *[""] * (len(people) - 1), worth]
    return [
        [*people, column],
        points,
        *([*(matched[mark.student][name] for name in people), mark.points] for mark in marks),
    ]
