"""A score in words and numbers, ready to be laid out: text and HTML say the same because both read this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.feedback.audience import Audience, Reveal, seen_by
from autograder.feedback.exercise_view import Example, Exercise, Law, Skipped, exercise, exercise_of
from autograder.feedback.phrases import FAULT, FAULT_FOR_STAFF, RULE, points, points_said, share
from autograder.feedback.sanitise import one_line, one_name, shown
from autograder.model import Failure, Score

__all__ = ["Error", "Example", "Exercise", "Law", "Page", "Skipped", "exercise", "page"]


@dataclass(frozen=True)
class Error:
    heading: str
    what: str
    remedy: str
    place: str


@dataclass(frozen=True)
class Page:
    """A whole submission. `share` is earned, `waiting` waits for a person: parts of all points."""

    assignment: str
    student: str
    headline: str
    number: str
    of: str
    sentence: str
    share: float
    waiting: float
    exercises: tuple[Exercise, ...]
    error: Error | None
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    read: tuple[tuple[str, str, str], ...]  # of the files that were read: name, size, SHA-256
    rule: str = ""  # how laws become points, where there are laws


def page(
    score: Score,
    audience: Audience = "student",
    reveal: Reveal = "counterexample",
    more: Mapping[str, int] | None = None,
) -> Page:
    """Return a submission as its reader sees it.

    score      the result
    audience   who reads
    reveal     what a student sees of hidden checks
    more       exercise -> how many laws have not been asked yet, and are in grading
    """
    more = more or {}
    score = seen_by(score, audience, reveal)
    number, of = _headline(score)
    return Page(
        assignment=one_line(score.assignment),
        student=one_name(score.student, 120),
        headline=f"{number} {of}".strip(),
        number=number,
        of=of,
        sentence=_sentence(score),
        share=share(score.score, score.max_score),
        waiting=0.0 if score.score is None else share(score.pending_points, score.max_score),
        exercises=tuple(
            exercise_of(one, audience, score.status == "pending", more.get(one.name, 0))
            for one in score.exercises
        ),
        error=None if score.error is None else _error(score.error, audience),
        notes=tuple(shown(note) for note in score.notes),
        facts=_facts(score, audience),
        read=_read(score),
        rule=RULE if any(one.checks for one in score.exercises) else "",
    )


def _headline(score: Score) -> tuple[str, str]:
    if score.score is None:
        return "No score", ""
    judged = score.max_score - score.pending_points
    if score.status == "pending":
        return points(score.score, judged), f"of {points_said(judged)} so far"
    return points(score.score, score.max_score), f"of {points_said(score.max_score)}"


def _sentence(score: Score) -> str:
    if score.status == "ungraded" or score.score is None:
        return "This submission could not be graded."
    if score.status == "pending" and score.pending_points > 0:
        verb = "waits" if score.pending_points == 1 else "wait"
        return f"Another {points_said(score.pending_points)} {verb} for a person."
    return "A person has yet to look at this." if score.status == "pending" else "Everything is graded."


def _error(failure: Failure, audience: Audience) -> Error:
    place = one_name(failure.file or "", 120)
    if failure.cell is not None:
        place += f"{', ' if place else ''}cell {failure.cell}"
    if failure.blame == "student":
        heading = "This is what stands in the way"
    else:
        heading = (FAULT_FOR_STAFF if audience == "staff" else FAULT)[failure.blame]
    return Error(heading, shown(failure.what), shown(failure.remedy), place)


def _read(score: Score) -> tuple[tuple[str, str, str], ...]:
    files = () if score.receipt is None else score.receipt.files
    return tuple((one_name(each.name, 120), f"{each.bytes:,} bytes", one_line(each.sha256)) for each in files)


def _facts(score: Score, audience: Audience) -> tuple[tuple[str, str], ...]:
    """How the score came about: enough for a student to run the same again, all of it for staff."""
    facts = [("seed", str(score.seed))]
    if audience == "staff":
        facts += [("sandbox", score.sandbox), ("device", score.device)]
    facts += [
        item for item in sorted(score.versions.items()) if audience == "staff" or item[0] == "fewlabels"
    ]
    return tuple((one_line(name), one_line(value)) for name, value in facts)
