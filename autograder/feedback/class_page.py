"""The page of a class: who stands where, who needs a person, which laws the class keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.feedback.class_summary import (
    CauseCount,
    causes,
    columns,
    distribution,
    graded_by_hand,
    laws,
    needs_person,
    what_to_do,
)
from autograder.feedback.class_text import summary_line
from autograder.feedback.html import render
from autograder.feedback.links import relative
from autograder.feedback.phrases import points
from autograder.feedback.sanitise import one_line, one_name
from autograder.feedback.view import Exercise, exercise
from autograder.model import Score

TIME_REMEDY = (
    "Write the time into timestamp.txt of the submission, as 2026-07-01 23:59:00 UTC, and grade it again."
)


@dataclass(frozen=True)
class Row:
    student: str
    href: str | None
    status: str
    cells: tuple[Exercise | None, ...]
    total: str
    order: str  # what the total sorts by
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    causes: tuple[CauseCount, ...]


def class_page(
    scores: Sequence[Score], title: str, links: Mapping[str, str], times: Mapping[str, str] | None = None
) -> str:
    """Write a whole HTML page for staff, called `title`, that shows the `scores` of a class.

    links  student -> path of that student's page, relative to this one, not quoted; without one, no link
    times  student -> why nobody knows when they handed in
    """
    times = times or {}
    exercises = columns(scores)
    spread = distribution(scores)
    return render(
        "class.html.jinja",
        title=one_line(title),
        wide=True,
        sortable=True,
        summary=summary_line(scores, times),
        exercises=[(one_line(name, 60), points(worth)) for name, worth in exercises],
        rows=[
            _row(score, [name for name, _ in exercises], links.get(score.student), times.get(score.student))
            for score in scores
        ],
        by_hand=Counter(name for score in scores for name in graded_by_hand(score)),
        spread=spread,
        most=max((one.count for one in spread), default=0),
        laws=laws(scores),
        followed=any(one.judged_with for score in scores for one in score.exercises),
    )


def _row(score: Score, exercises: Sequence[str], link: str | None, time: str | None) -> Row:
    seen = {one.name: exercise(one, "staff", waits=score.status == "pending") for one in score.exercises}
    return Row(
        student=one_name(score.student) or "(no name)",
        href=None if link is None else relative(link),
        status=score.status,
        cells=tuple(seen.get(name) for name in exercises),
        total=points(score.score, score.max_score),
        order="" if score.score is None else f"{score.score:g}",
        reasons=(*needs_person(score), *([f"time unknown: {one_line(time, 200)}"] if time else [])),
        remedies=(*what_to_do(score), *([TIME_REMEDY] if time else [])),
        causes=tuple(causes(score)),
    )
