"""Who sees what. Everything that is withheld from a reader is withheld here, before any text is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath, PureWindowsPath
from typing import Literal

from autograder.model import CheckResult, ExerciseResult, Failure, Score

Audience = Literal["student", "staff"]
Reveal = Literal["law", "counterexample"]


def seen_by(score: Score, audience: Audience, reveal: Reveal) -> Score:
    """Return the part of a `score` that its `audience` may see; staff see all of it.

    reveal  what a student sees of a hidden check: its sentence and verdict ("law"), or also the message and
            the counterexample ("counterexample"); right values, which only grading knows, are shown with the latter
    """
    _known(audience, reveal)
    if audience == "staff":
        return score
    return replace(
        score,
        exercises=tuple(exercise_seen_by(exercise, audience, reveal) for exercise in score.exercises),
        error=None if score.error is None else _failure_for_student(score.error),
        notes=(),
    )


def exercise_seen_by(exercise: ExerciseResult, audience: Audience, reveal: Reveal) -> ExerciseResult:
    """Return the part of one `exercise` that its `audience` may see; `reveal` as for `seen_by`."""
    _known(audience, reveal)
    if audience == "staff":
        return exercise
    # A note about the grader's or the course's own fault speaks to staff.
    note = exercise.note if exercise.blame in (None, "student") else ""
    return replace(exercise, checks=tuple(_check(check, reveal) for check in exercise.checks), note=note)


def _known(audience: str, reveal: str) -> None:
    # A misspelt setting must not show a hidden counterexample to a student.
    if audience not in ("student", "staff"):
        raise ValueError(f"audience is {audience!r}; it has to be 'student' or 'staff'")
    if reveal not in ("law", "counterexample"):
        raise ValueError(f"reveal is {reveal!r}; it has to be 'law' or 'counterexample'")


def _check(check: CheckResult, reveal: Reveal) -> CheckResult:
    if check.verdict == "grader_fault":
        return replace(check, message="", counterexample=None, missing="")
    if reveal == "counterexample":
        return check
    if check.visibility == "hidden":
        return replace(check, message="", counterexample=None, missing="")
    # right values come from where hidden checks have theirs
    found = check.counterexample
    return check if found is None else replace(check, counterexample=replace(found, right=()))


def _failure_for_student(failure: Failure) -> Failure:
    if failure.blame != "student":
        return Failure(blame=failure.blame, what="", remedy="")
    # Folders on the grader's machine are nobody's business; both kinds of separators may occur.
    file = None if failure.file is None else PureWindowsPath(PurePath(failure.file).name).name
    return replace(failure, file=file)
