"""Before points change: what a regrade would do to results that are there, whose points, and by which laws.

The new score is compared with the result that the last grading wrote. Marks given by hand stay what they are, so a change of
automatic points under one is said to be so, and leaves the total alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.classroom import kept
from autograder.errors import FewlabelsError
from autograder.feedback.json import from_json
from autograder.feedback.sanitise import one_name
from autograder.model import CheckResult, ExerciseResult, Score

TOLERANCE = 1e-6  # points are rounded to four digits


@dataclass(frozen=True)
class LawChange:
    """A law whose verdict or credit would change. `before` or `after` is None where it is not asked then."""

    exercise: str
    check: str
    law: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ExerciseChange:
    exercise: str
    before: float | None
    after: float | None
    max_points: float
    by_hand: bool
    laws: tuple[LawChange, ...]


@dataclass(frozen=True)
class Change:
    """What would change for one student. `before` is None where there was no score, or no result.

    late   points that being late costs, before and after, where this changes; after is None where only a regrade can tell
    """

    student: str
    status: tuple[str | None, str]
    before: float | None
    after: float | None
    exercises: tuple[ExerciseChange, ...]
    why: str = ""  # where there is no score afterwards
    late: tuple[float, float | None] | None = None

    @property
    def points_change(self) -> bool:
        return (
            self.late is not None
            or not _same(self.before, self.after)
            or any(not _same(each.before, each.after) for each in self.exercises)
        )


def before(course: Path, student: str, assignment: str) -> Score | None:
    """Read the result that stands for a `student` and an `assignment` in the `course`; None where none can be read."""
    try:
        return from_json(kept.result(course, student, assignment).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, FewlabelsError):
        return None


def change(
    old: Score | None,
    new: Score,
    by_hand: Iterable[str] = (),
    penalties: tuple[float, float | None] = (0.0, 0.0),
) -> Change | None:
    """Compare two results: return what would change from `old` to `new`; None where nothing would.

    by_hand    names of exercises whose points a person has set: they stay, whatever the laws say
    penalties  what being late costs now, and would cost
    """
    kept = set(by_hand)
    mine = {one.name: one for one in old.exercises} if old is not None else {}
    theirs = {one.name: one for one in new.exercises}
    exercises = [
        found
        for name in dict.fromkeys((*mine, *theirs))
        if (found := _exercise(name, mine.get(name), theirs.get(name), name in kept)) is not None
    ]
    points = None if old is None else old.score
    status = None if old is None else old.status
    late = None if _same(*penalties) else penalties
    if not exercises and status == new.status and _same(points, new.score) and late is None:
        return None
    why = "" if new.error is None else f"{new.error.what} {new.error.remedy}"
    return Change(new.student, (status, new.status), points, new.score, tuple(exercises), why, late)


def _exercise(
    name: str, old: ExerciseResult | None, new: ExerciseResult | None, by_hand: bool
) -> ExerciseChange | None:
    laws = _laws(name, old, new)
    was, now = (None if one is None else one.points for one in (old, new))
    if _same(was, now) and not laws and (old is None) == (new is None):
        return None
    worth = (new or old).max_points  # type: ignore[union-attr]
    return ExerciseChange(name, was, now, worth, by_hand, laws)


def _laws(name: str, old: ExerciseResult | None, new: ExerciseResult | None) -> tuple[LawChange, ...]:
    was: Mapping[str, CheckResult] = {one.name: one for one in old.checks} if old else {}
    now: Mapping[str, CheckResult] = {one.name: one for one in new.checks} if new else {}
    found = []
    for check in dict.fromkeys((*was, *now)):
        one, other = was.get(check), now.get(check)
        if one and other and one.verdict == other.verdict and _same(one.credit, other.credit):
            continue
        law = (other or one).law  # type: ignore[union-attr]
        found.append(LawChange(name, check, law, _verdict(one), _verdict(other)))
    return tuple(found)


def _verdict(check: CheckResult | None) -> str | None:
    if check is None:
        return None
    partly = 0 < check.credit < 1
    return f"{check.verdict} ({100 * check.credit:.0f} %)" if partly else check.verdict


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE


def as_dict(changes: Iterable[Change], unchanged: int) -> dict[str, Any]:
    """Return plain data for `--json`."""
    return {"schema": 1, "unchanged": unchanged, "changes": [asdict(each) for each in changes]}


def lines(changes: Iterable[Change]) -> list[str]:
    """Yield what would change in words, for a terminal: a student, then each exercise, then each law."""
    said = []
    for each in changes:
        status = (
            "" if each.status[0] == each.status[1] else f" ({each.status[0] or 'new'} -> {each.status[1]})"
        )
        said.append(f"{one_name(each.student)}: {_points(each.before)} -> {_points(each.after)}{status}")
        if each.why:
            said.append(f"  {each.why}")
        if each.late is not None:
            was, now = each.late
            then = "what its rule says then" if now is None else _points(now)
            said.append(f"  being late: -{_points(was)} -> -{then}")
        for one in each.exercises:
            by_hand = (
                ", but a person has set its points: they stay, and are marked for review"
                if one.by_hand
                else ""
            )
            said.append(
                f"  {one.exercise}: {_points(one.before)} -> {_points(one.after)} of {one.max_points:g}{by_hand}"
            )
            said += [
                f"    {law.before or 'not asked'} -> {law.after or 'not asked'}: {law.law}"
                for law in one.laws
            ]
    return said


def _points(value: float | None) -> str:
    return "no score" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
