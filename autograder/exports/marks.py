"""What there is to export: final points by student."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from autograder.model import Score


@dataclass(frozen=True)
class Mark:
    """The points of one student.

    points  what counts: by laws and by hand, less penalties; None where there is no score
    waits   a person has yet to settle some of them
    """

    student: str
    points: float | None
    max_points: float
    waits: bool = False
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    platform_id: str = ""

    @property
    def final(self) -> bool:
        return self.points is not None and not self.waits


def of_results(scores: Iterable[Score]) -> list[Mark]:
    """Return marks from results alone: without what people gave by hand, and without penalties for lateness."""
    return [Mark(score.student, score.score, score.max_score, score.status != "graded") for score in scores]


def scaled(mark: Mark, out_of: float) -> Mark:
    """Return the mark converted to another number of points: the same share of them."""
    if mark.points is None or mark.max_points <= 0:
        return mark
    return replace(mark, points=mark.points * out_of / mark.max_points, max_points=out_of)
