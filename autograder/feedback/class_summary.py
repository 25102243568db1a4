"""How a class stands: who needs a person and why, and what is counted over all submissions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.feedback.phrases import MARKS, is_broken, mark_of, plural, points_said
from autograder.feedback.sanitise import one_line
from autograder.model import Score


def needs_person(score: Score) -> list[str]:
    """List why a person has to look at this submission, beside grading what is graded by hand anyway."""
    reasons = []
    if score.error is not None:
        where = f" (cell {score.error.cell})" if score.error.cell is not None else ""
        reasons.append(f"{score.status}: {one_line(score.error.what, 200)}{where}")
    elif score.status == "ungraded":
        reasons.append("ungraded")
    for exercise in score.exercises:
        name = one_line(exercise.name, 40)
        unsettled = sum(check.verdict == "inconsistent" for check in exercise.checks)
        if exercise.blame in ("grader", "course"):
            reasons.append(
                f"{name}: {one_line(exercise.note, 160) or 'not judged'} (the {exercise.blame}'s fault)"
            )
        elif unsettled:
            reasons.append(f"{name}: {plural(unsettled, 'law')} unsettled")
    return reasons


@dataclass(frozen=True)
class CauseCount:
    """What kept exercises of one submission from being looked at: told to the student in each of them, here once.

    exercises   those that it reached
    """

    what: str
    remedy: str
    exercises: tuple[str, ...]


def causes(score: Score) -> list[CauseCount]:
    """List what happened in a notebook that its exercises suffer from; not what nobody has begun."""
    found: dict[tuple[str, int | None], CauseCount] = {}
    for exercise in score.exercises:
        for cause in exercise.causes:
            if cause.kind in ("not_started", "not_finished", "follow_on") or not cause.what:
                continue
            key = (cause.kind, cause.cell)
            first = found.get(key, CauseCount(one_line(cause.what, 300), one_line(cause.remedy, 300), ()))
            found[key] = replace(first, exercises=(*first.exercises, one_line(exercise.name, 40)))
    return list(found.values())


REMEDIES = {
    "grader": "Run the command again. What comes again is a fault of the grader: please report it.",
    "course": "Mend what it names in the course's checks or settings, and run the command again.",
    "unsettled": "Two runs did not agree: read the law on the student's page, and give the points by hand.",
}


def what_to_do(score: Score) -> list[str]:
    """List the remedies for what `needs_person` names, each once."""
    found = [] if score.error is None else [one_line(score.error.remedy, 300)]
    for exercise in score.exercises:
        if exercise.blame in ("grader", "course"):
            found.append(REMEDIES[exercise.blame])
        elif any(check.verdict == "inconsistent" for check in exercise.checks):
            found.append(REMEDIES["unsettled"])
    return [each for each in dict.fromkeys(found) if each]


def graded_by_hand(score: Score) -> list[str]:
    """Return the exercises of this submission that wait to be graded by hand."""
    if score.status != "pending":
        return []
    return [
        f"{one_line(exercise.name, 40)} (up to {points_said(exercise.max_points)})"
        for exercise in score.exercises
        if exercise.manual
    ]


def person_word(score: Score) -> str:
    """Return the heaviest of the reasons, in one short word for a narrow column."""
    if score.status == "ungraded":
        return "error"
    blames = {exercise.blame for exercise in score.exercises}
    for blame in ("grader", "course"):
        if blame in blames or (score.error is not None and score.error.blame == blame):
            return blame
    if any(check.verdict == "inconsistent" for exercise in score.exercises for check in exercise.checks):
        return "review"
    if score.error is not None:
        return "look"
    return "answer" if graded_by_hand(score) else ("look" if score.status == "pending" else "")


def columns(scores: Iterable[Score]) -> list[tuple[str, float]]:
    """Return the exercises of a class with their points, in the order in which submissions name them."""
    found: dict[str, float] = {}
    for score in scores:
        for exercise in score.exercises:
            found.setdefault(exercise.name, exercise.max_points)
    return list(found.items())


def mean_of(scores: Iterable[Score]) -> tuple[float, float] | None:
    """Return (mean of the scores, points that are judged so far), or None where nobody has a score."""
    judged = [score for score in scores if score.score is not None and math.isfinite(score.score)]
    if not judged:
        return None
    mean = sum(score.score or 0.0 for score in judged) / len(judged)
    return mean, max(_judged(score) for score in judged)


def _judged(score: Score) -> float:
    return score.max_score - score.pending_points if score.status == "pending" else score.max_score


@dataclass(frozen=True)
class Bin:
    """Submissions with a share of points from `low` (included) to `high`, in per cent."""

    low: int
    high: int
    count: int


def distribution(scores: Sequence[Score], bins: int = 10) -> list[Bin]:
    """Count how the scores spread over the points that are judged so far."""
    counts = [0] * bins
    for score in scores:
        out_of = _judged(score)
        if score.score is not None and math.isfinite(score.score) and out_of > 0:
            counts[min(max(int(bins * score.score / out_of), 0), bins - 1)] += 1
    return [Bin(100 * at // bins, 100 * (at + 1) // bins, count) for at, count in enumerate(counts)]


@dataclass(frozen=True)
class LawCount:
    """One law over the class."""

    exercise: str
    law: str
    hidden: bool
    holds: int
    broken: int
    others: int  # earned in part, skipped, unsettled or not judged

    @property
    def share(self) -> float:
        return self.holds / max(self.holds + self.broken + self.others, 1)


def laws(scores: Iterable[Score]) -> list[LawCount]:
    """Count for each law how many submissions keep it, in the order of the checks."""
    found: dict[tuple[str, str], LawCount] = {}
    for score in scores:
        for exercise in score.exercises:
            for check in exercise.checks:
                key = (exercise.name, check.name)
                old = found.get(key) or LawCount(
                    one_line(exercise.name), one_line(check.law, 400), check.visibility == "hidden", 0, 0, 0
                )
                held, broken = mark_of(check) is MARKS["holds"], is_broken(check)
                found[key] = LawCount(
                    old.exercise,
                    old.law,
                    old.hidden,
                    old.holds + held,
                    old.broken + broken,
                    old.others + (not held and not broken),
                )
    return list(found.values())
