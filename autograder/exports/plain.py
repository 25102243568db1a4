"""Plain CSV, for a spreadsheet or a platform that has no importer of its own: one row per student, whoever waits included."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exports.marks import Mark
from autograder.feedback.csv import Cell

HEADER = ("student", "first_name", "last_name", "email", "assignment", "points", "max_points", "status")


def rows(marks: Sequence[Mark], assignment: str) -> list[list[Cell]]:
    """Return the file as rows, its header first: a row per mark."""
    return [
        list(HEADER),
        *(
            [m.student, m.first_name, m.last_name, m.email, assignment, m.points, m.max_points, _status(m)]
            for m in marks
        ),
    ]


def _status(mark: Mark) -> str:
    return "ungraded" if mark.points is None else "waits for a person" if mark.waits else "final"
