"""Moodle. Two of its importers take a CSV file, and the list that it hands out says which one is meant:

- an assignment's grading worksheet ("Download grading worksheet", "Upload grading worksheet"): the importer finds the columns
  Identifier, Grade and Last modified (grade) by their names (mod/assign/feedback/offline/importgradeslib.php), so all columns
  stay as they came and only Grade is filled in;
- the grade book ("Grades", "Import", "CSV file"): any columns, of which one is mapped to the user (user name, ID number or
  e-mail address) and one to a grade item (https://docs.moodle.org/en/Grade_import).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.errors import UsageError
from autograder.exports.marks import Mark
from autograder.exports.roster import Roster, Row
from autograder.feedback.csv import Cell

KEYS = ("Username", "ID number", "Email address")
GRADE, MAXIMUM = "Grade", "Maximum Grade"
WORKSHEET = ("Identifier", GRADE, "Last modified (grade)")
IDENTITY = ("First name", "Last name", "Surname", "Username", "ID number", "Email address")


def is_worksheet(roster: Roster) -> bool:
    """Ask whether the list is an assignment's grading worksheet."""
    return set(WORKSHEET) <= set(roster.columns)


def out_of(roster: Roster | None, matched: Mapping[str, Row]) -> float | None:
    """Return the points that the assignment has in Moodle; None where no worksheet says so.

    Raises UsageError where the rows say different numbers.
    """
    if roster is None or MAXIMUM not in roster.columns:
        return None
    found = {row[MAXIMUM].strip() for row in matched.values()} - {""}
    if len(found) > 1:
        raise UsageError(
            "The worksheet says different maximum grades.", remedy="Download it again.", file=roster.file
        )
    try:
        return float(found.pop().replace(",", ".")) if found else None
    except ValueError:
        return None  # a scale of words, not of points


def rows(
    marks: Sequence[Mark],
    assignment: str,
    roster: Roster | None,
    matched: Mapping[str, Row],
    column: str | None,
) -> list[list[Cell]]:
    """Return the file to upload, its header first.

    marks        who is exported
    assignment   its name, for the column of the points
    roster       Moodle's list; None: user name, names, e-mail address and points
    matched      student -> their row of the list
    column       the column of the points, where one was named
    """
    if roster is None:
        header: list[Cell] = ["Username", "First name", "Last name", "Email address", column or assignment]
        return [
            header,
            *([m.student, m.first_name, m.last_name, m.email, m.points] for m in marks),
        ]
    grade = column or (GRADE if is_worksheet(roster) else assignment)
    if is_worksheet(roster) or grade in roster.columns:
        kept = list(roster.columns)
    else:
        kept = [name for name in roster.columns if name in IDENTITY] + [grade]
    return [
        list(kept),
        *(
            [mark.points if name == grade else matched[mark.student].get(name, "") for name in kept]
            for mark in marks
        ),
    ]
