"""The sentences and marks that people read. Symbol and word come together; colour alone says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.model import Blame, CheckResult, Verdict

NOTHING = "\N{EN DASH}"
Tone = Literal["good", "bad", "wait", "muted"]

#: Verdicts that say something against the submission.
BROKEN: frozenset[Verdict] = frozenset({"falsified", "raised", "missing", "timed_out", "crashed"})


@dataclass(frozen=True)
class Mark:
    symbol: str
    word: str
    tone: Tone


MARKS: Mapping[Verdict, Mark] = {
    "holds": Mark("✓", "holds", "good"),
    "falsified": Mark("✗", "broken", "bad"),
    "raised": Mark("✗", "error", "bad"),
    "missing": Mark("✗", "not defined", "bad"),
    "timed_out": Mark("✗", "too slow", "bad"),
    "crashed": Mark("✗", "crashed", "bad"),
    "inconsistent": Mark("?", "unsettled", "wait"),
    "skipped": Mark(NOTHING, "skipped", "muted"),
    "grader_fault": Mark("!", "not judged", "wait"),
}
WAITS_FOR_YOU = Mark(NOTHING, "waits", "muted")
PARTLY = Mark("~", "partly", "wait")

#: What is said where a check has no message of its own, or where its message is withheld.
PLAINLY: Mapping[Verdict, str] = {
    "holds": "",
    "falsified": "An input was found that breaks this law.",
    "raised": "The function raised an error.",
    "missing": "The notebook does not define what this law is about.",
    "timed_out": "The function took longer than it may.",
    "crashed": "The process that ran the function ended.",
    "inconsistent": "This law broke once and held when the same input was tried again. It earns no points "
    "until a person has looked at it.",
    "skipped": "",
    "grader_fault": "The grader could not judge this law. That is no fault of the submission.",
}

_COSTS_NOTHING = "This costs you nothing: a person will look at it and settle the points."
FAULT: Mapping[Blame, str] = {
    "student": "",
    "course": f"The course's own material is at fault here, not your work. {_COSTS_NOTHING}",
    "grader": f"The grader is at fault here, not your work. {_COSTS_NOTHING}",
}
_REVIEW = "It neither costs nor gives points: please review by hand."
FAULT_FOR_STAFF: Mapping[Blame, str] = {
    "student": "",
    "course": f"The course's own material is at fault, not the submission. {_REVIEW}",
    "grader": f"The grader is at fault, not the submission. {_REVIEW}",
}

WAITS = "A person reads and grades this."
BEGIN = "Not started: it is as it was handed out."
BECAUSE = "Because"
TO_DO = "What to do"
HIDDEN = "seen only in grading"
READ = "Where to read"
CAME_BACK = "What came back"
HAD_TO = "What had to come back"
OWN = "your own answer, which may be the wrong one"
SAME_ERROR = "The same error breaks"
FLOAT32 = "the size of float32's rounding"  # how messages say it (autograder.laws.vocabulary)
SAME_ROUNDING = "Rounding of the size of float32 breaks further laws"
SAME_MESSAGE = "The same breaks"
OTHER_VALUES = "Wrong values break further laws, which say nothing new until the law above holds"
ESSENTIAL = "essential"
BY_YOUR_LAWS = (
    "That is by the laws that you have. Grading asks more; where an essential one does not hold, an exercise earns "
    "half at most."
)
RULE = (
    "How laws become points: the laws of an exercise share out its points by their weights; a law counts once where nothing else is "
    "said. While an essential law does not hold, they share out only half of the points."
)


def with_the_courses(names: Sequence[str]) -> str:
    """Say with whose solutions of earlier exercises something was judged: with the course's a, b and c."""
    *most, last = names
    return f"with the course's {', '.join(most)} and {last}" if most else f"with the course's {last}"


def counts(weight: float) -> str:
    """Say how often a law counts; nothing where it counts once."""
    said = {0.5: "counts half", 1.0: "", 2.0: "counts twice"}
    return said.get(weight, f"counts {weight:g} times")


def weighed(checks: Sequence[CheckResult], earned: float, out_of: float) -> str:
    """Say how the laws `checks` of an exercise became the points that it `earned`; nothing where it earned all `out_of`.

    Where the exercise carries no points, only an essential law that does not hold is said.
    """
    lacking = [check for check in checks if check.credit < 1]
    halves = _halves([check for check in lacking if check.essential])
    if not out_of:
        return f"{halves}." if halves else ""
    held, partly = len(checks) - len(lacking), sum(check.credit > 0 for check in lacking)
    if earned >= out_of or not held + partly:
        return ""
    in_part = f", {partly} in part" if partly else ""
    said = f"{held} of {plural(len(checks), 'law')} {'holds' if held == 1 else 'hold'}{in_part}."
    got = f"{points(earned, out_of)} of {points_said(out_of)}"
    return f"{said} {halves}: {got}, by weight." if halves else f"{said} By weight that gives {got}."


def _halves(essential: Sequence[CheckResult]) -> str:
    """That essential laws do not hold, and what that means; nothing where there are none."""
    if not essential:
        return ""
    one = len(essential) == 1
    who = "An essential law" if one else f"{len(essential)} essential laws"
    does = f"{'does' if one else 'do'} not hold"
    if all(check.verdict == "skipped" for check in essential):
        does = f"{'was' if one else 'were'} not looked at"
    return f"{who} {does}, so that at most half of the points can be earned"


def mark_of(check: CheckResult) -> Mark:
    """Return the mark of a check; a part of the credit is said as such, whatever the verdict is called."""
    if check.verdict in ("holds", "falsified") and 0 < check.credit < 1:
        return PARTLY
    return MARKS[check.verdict]


def is_broken(check: CheckResult) -> bool:
    """Ask whether a check says something against the submission and earned nothing."""
    return check.verdict in BROKEN and mark_of(check) is not PARTLY


def points(value: float | None, out_of: float = math.inf) -> str:
    """Write points with at most two decimals; less than all the points never rounds up to all of them."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return "?"
    rounded = round(value, 2)
    if value < out_of <= rounded:
        rounded = math.floor(value * 100) / 100
    return f"{rounded + 0.0:.2f}".rstrip("0").rstrip(".")


def points_said(value: float) -> str:
    """Write points with their noun: 1 point, 2.5 points."""
    return f"{points(value)} {'point' if value == 1 else 'points'}"


def share(value: float | None, out_of: float) -> float:
    """Return value / out_of, held within [0, 1]; 0 where there is nothing to divide."""
    if value is None or not math.isfinite(value) or not math.isfinite(out_of) or out_of <= 0:
        return 0.0
    return min(max(value / out_of, 0.0), 1.0)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write `count` with its noun, `one` or `many` (by default `one` with an s): 1 law, 2 laws."""
    return f"{count} {one if count == 1 else many or one + 's'}"
