"""Entries to a `Report`: everything that the page, the tables and the JSON say, with the students behind each figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.feedback import class_summary
from autograder.feedback.phrases import MARKS, is_broken, mark_of
from autograder.model import ExerciseResult, Score
from autograder.report.collecting import Collected, Entry
from autograder.report.mistakes import Mistake, mistakes
from autograder.report.statistics import Spread, discrimination, quantile, spread

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Students with a value from `low` (included) to `high`; the last bin includes its end."""

    low: float
    high: float
    students: tuple[str, ...]


@dataclass(frozen=True)
class ItemAnalysis:
    """An exercise as an item of a test.

    judged          students with points in it that count; `full` and `none` of them have all and no points
    difficulty      mean share of its points, in [0, 1]: 1 is easy
    discrimination  corrected item-total correlation over the students whose automatic exercises are all judged
    compared        those students
    """

    name: str
    max_points: float
    manual: bool
    judged: tuple[str, ...]
    full: tuple[str, ...]
    none: tuple[str, ...]
    mean: float | None
    difficulty: float | None
    discrimination: float | None
    compared: tuple[str, ...]


@dataclass(frozen=True)
class LawAnalysis:
    """A law, and who keeps it; `neither`: earned in part, skipped, unsettled or not judged."""

    exercise: str
    name: str
    law: str
    hidden: bool
    holds: tuple[str, ...]
    broken: tuple[str, ...]
    neither: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """Who needs a person: `reasons` to look closer, `by_hand` what is graded by hand anyway."""

    student: str
    reasons: tuple[str, ...]
    by_hand: tuple[str, ...]


@dataclass(frozen=True)
class Clock:
    """One kind of time in seconds: `slowest` are the students who took the most of it, slowest first."""

    name: str
    spread: Spread
    ninetieth: float
    students: tuple[str, ...]
    slowest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Report:
    """`points` are scores over what is judged so far, `bins` their shares in per cent."""

    assignment: str
    entries: tuple[Entry, ...]
    by_status: Mapping[str, tuple[str, ...]]
    max_points: float
    points: Spread | None
    scored: tuple[str, ...]
    bins: tuple[Bin, ...]
    items: tuple[ItemAnalysis, ...]
    laws: tuple[LawAnalysis, ...]
    mistakes: tuple[Mistake, ...]
    waiting: tuple[Waiting, ...]
    clocks: tuple[Clock, ...]
    unread: Mapping[str, str]


def analyse(assignment: str, collected: Collected) -> Report:
    """Work the report of an assignment out from the results that were collected."""
    entries = collected.entries
    scores = [entry.score for entry in entries]
    scored = [score for score in scores if score.score is not None and math.isfinite(score.score)]
    return Report(
        assignment=assignment,
        entries=entries,
        by_status={
            status: tuple(score.student for score in scores if score.status == status)
            for status in ("graded", "pending", "ungraded")
        },
        max_points=max((score.max_score for score in scores), default=0.0),
        points=spread([score.score or 0.0 for score in scored]),
        scored=tuple(score.student for score in scored),
        bins=_bins([(score.student, _share(score)) for score in scored]),
        items=_items(scores),
        laws=_laws(scores),
        mistakes=mistakes(scores),
        waiting=_waiting(scores),
        clocks=_clocks(entries),
        unread=collected.unread,
    )


def _share(score: Score) -> float:
    """Per cent of the points that are judged so far."""
    out_of = score.max_score - (score.pending_points if score.status == "pending" else 0.0)
    return 100.0 * min(max((score.score or 0.0) / out_of, 0.0), 1.0) if out_of > 0 else 0.0


def _bins(shares: Iterable[tuple[str, float]]) -> tuple[Bin, ...]:
    members: list[list[str]] = [[] for _ in range(BINS)]
    for student, share in shares:
        members[min(int(share * BINS / 100 + 1e-9), BINS - 1)].append(student)
    step = 100 / BINS
    return tuple(Bin(at * step, (at + 1) * step, tuple(students)) for at, students in enumerate(members))


def counts(exercise: ExerciseResult) -> bool:
    """Ask whether the points of an exercise say something about the student: judged, and by the grader."""
    return not exercise.manual and exercise.blame not in ("course", "grader") and exercise.max_points > 0


def _items(scores: Sequence[Score]) -> tuple[ItemAnalysis, ...]:
    names = class_summary.columns(scores)
    by_student = {score.student: {one.name: one for one in score.exercises} for score in scores}
    automatic = [
        name for name, _ in names if any(name in own and counts(own[name]) for own in by_student.values())
    ]
    complete = [
        student
        for student, own in by_student.items()
        if automatic and all(name in own and counts(own[name]) for name in automatic)
    ]
    totals = [math.fsum(by_student[student][name].points for name in automatic) for student in complete]
    items = []
    for name, worth in names:
        own = {student: each[name] for student, each in by_student.items() if name in each}
        judged = {student: one.points for student, one in own.items() if counts(one)}
        points = list(judged.values())
        mean = math.fsum(points) / len(points) if points else None
        compared = complete if name in automatic else []
        item = [by_student[student][name].points for student in compared]
        items.append(
            ItemAnalysis(
                name=name,
                max_points=worth,
                manual=any(one.manual for one in own.values()),
                judged=tuple(judged),
                full=tuple(student for student, value in judged.items() if value >= worth),
                none=tuple(student for student, value in judged.items() if value <= 0),
                mean=mean,
                difficulty=None if mean is None or worth <= 0 else mean / worth,
                discrimination=discrimination(item, totals) if compared else None,
                compared=tuple(compared),
            )
        )
    return tuple(items)


def _laws(scores: Sequence[Score]) -> tuple[LawAnalysis, ...]:
    found: dict[tuple[str, str], tuple[str, bool, dict[str, list[str]]]] = {}
    for score in scores:
        for exercise in score.exercises:
            for check in exercise.checks:
                key = (exercise.name, check.name)
                empty: dict[str, list[str]] = {"holds": [], "broken": [], "neither": []}
                groups = found.setdefault(key, (check.law, check.visibility == "hidden", empty))[2]
                held, broken = mark_of(check) is MARKS["holds"], is_broken(check)
                groups["holds" if held else "broken" if broken else "neither"].append(score.student)
    return tuple(
        LawAnalysis(
            exercise, name, law, hidden, *(tuple(groups[kind]) for kind in ("holds", "broken", "neither"))
        )
        for (exercise, name), (law, hidden, groups) in found.items()
    )


def _waiting(scores: Iterable[Score]) -> tuple[Waiting, ...]:
    found = [
        Waiting(
            score.student,
            tuple(class_summary.needs_person(score)),
            tuple(class_summary.graded_by_hand(score)),
        )
        for score in scores
    ]
    return tuple(each for each in found if each.reasons or each.by_hand)


def _clocks(entries: Sequence[Entry]) -> tuple[Clock, ...]:
    clocks = []
    for name in dict.fromkeys(name for entry in entries for name in entry.seconds):
        times = {entry.student: entry.seconds[name] for entry in entries if name in entry.seconds}
        values = list(times.values())
        spreading = spread(values)
        assert spreading is not None
        slowest = sorted(times.items(), key=lambda pair: -pair[1])[:5]
        clocks.append(Clock(name, spreading, quantile(values, 0.9), tuple(times), tuple(slowest)))
    return tuple(clocks)
