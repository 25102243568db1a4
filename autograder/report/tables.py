"""A `Report` as CSV and JSON: the same figures, with the students behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from autograder.feedback import csv
from autograder.feedback.csv import Cell
from autograder.feedback.json import ascii_json
from autograder.report.analysis import Report, counts
from autograder.report.statistics import verdict_on

SCHEMA = 1
NAMES = ("submissions.csv", "exercises.csv", "laws.csv", "mistakes.csv", "person.csv", "report.json")


def tables(report: Report) -> dict[str, str]:
    """Write the tables as CSV: file name -> text."""
    made = (_submissions, _exercises, _laws, _mistakes, _person)
    return {name: csv.text(make(report)) for name, make in zip(NAMES, made, strict=False)} | {
        NAMES[-1]: to_json(report)
    }


def _submissions(report: Report) -> Iterable[list[Cell]]:
    names = [item.name for item in report.items]
    clocks = [clock.name for clock in report.clocks]
    yield [
        *("student", "status", "score", "max_score", "pending_points"),
        *names,
        *(f"{name} (seconds)" for name in clocks),
    ]
    for entry in report.entries:
        score = entry.score
        points = {one.name: one.points if counts(one) else None for one in score.exercises}
        yield [
            *(score.student, score.status, score.score, score.max_score, score.pending_points),
            *(points.get(name) for name in names),
            *(entry.seconds.get(name) for name in clocks),
        ]


def _exercises(report: Report) -> Iterable[list[Cell]]:
    yield [
        *("exercise", "points", "judged", "mean", "all_points", "no_points"),
        *("difficulty", "discrimination", "compared", "which_is"),
    ]
    for item in report.items:
        yield [
            *(item.name, item.max_points, len(item.judged), item.mean, len(item.full), len(item.none)),
            *(item.difficulty, item.discrimination, len(item.compared)),
            "graded by hand" if item.manual else verdict_on(item.discrimination, len(item.compared)),
        ]


def _laws(report: Report) -> Iterable[list[Cell]]:
    yield ["exercise", "check", "law", "visibility", "holds", "broken", "neither"]
    for law in report.laws:
        visibility = "hidden" if law.hidden else "public"
        yield [
            *(law.exercise, law.name, law.law, visibility),
            *(len(law.holds), len(law.broken), len(law.neither)),
        ]


def _mistakes(report: Report) -> Iterable[list[Cell]]:
    yield [
        "submissions",
        "exercise",
        "check",
        "law",
        "verdict",
        "message",
        "call",
        "returned",
        "named",
        "students",
    ]
    for one in report.mistakes:
        found = one.counterexample
        yield [
            *(len(one.students), one.exercise, one.check, one.law, one.verdict, one.message),
            *(("", "") if found is None else (found.call, found.returned)),
            one.named,
            "; ".join(one.students),
        ]


def _person(report: Report) -> Iterable[list[Cell]]:
    yield ["student", "why", "graded_by_hand"]
    for each in report.waiting:
        yield [each.student, "; ".join(each.reasons), "; ".join(each.by_hand)]


def to_json(report: Report) -> str:
    """Write the whole report as JSON; the same results give the same bytes (times apart)."""
    return ascii_json(_as_dict(report), indent=1) + "\n"


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "assignment": report.assignment,
        "max_points": report.max_points,
        "by_status": {status: list(students) for status, students in report.by_status.items()},
        "points": None if report.points is None else asdict(report.points),
        "bins": [asdict(each) for each in report.bins],
        "exercises": [asdict(each) for each in report.items],
        "laws": [asdict(each) for each in report.laws],
        "mistakes": [
            {**asdict(each), "counterexample": None if each.counterexample is None else _shown(each)}
            for each in report.mistakes
        ],
        "person": [asdict(each) for each in report.waiting],
        "timing": [asdict(each) for each in report.clocks],
        "submissions": [
            {
                "student": entry.student,
                "status": entry.score.status,
                "score": entry.score.score,
                "exercises": {one.name: one.points if counts(one) else None for one in entry.score.exercises},
                "seconds": dict(entry.seconds),
            }
            for entry in report.entries
        ],
        "unread": dict(report.unread),
    }


def _shown(mistake: Any) -> dict[str, Any]:
    """A counterexample without its picture, which stands in the results."""
    found = mistake.counterexample
    return {
        "call": found.call,
        "arguments": dict(found.arguments),
        "returned": found.returned,
        "expected": found.expected,
    }
