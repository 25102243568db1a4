"""One exercise in words and numbers, ready to be laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.feedback.audience import Audience, Reveal, exercise_seen_by
from autograder.feedback.phrases import (
    BEGIN,
    BROKEN,
    CAME_BACK,
    ESSENTIAL,
    FAULT,
    FAULT_FOR_STAFF,
    FLOAT32,
    HAD_TO,
    HIDDEN,
    NOTHING,
    OTHER_VALUES,
    OWN,
    PARTLY,
    PLAINLY,
    SAME_ERROR,
    SAME_MESSAGE,
    SAME_ROUNDING,
    WAITS,
    WAITS_FOR_YOU,
    Mark,
    Tone,
    counts,
    is_broken,
    mark_of,
    plural,
    points,
    points_said,
    share,
    weighed,
    with_the_courses,
)
from autograder.feedback.sanitise import one_line, shown
from autograder.model import CheckResult, Counterexample, ExerciseResult


@dataclass(frozen=True)
class Example:
    """A counterexample: `arguments` and `code` are to be set in a fixed-width face, as they stand.

    came_back, had_to   the labels of `returned` and `expected`, which say what these are
    facts, right        (label, text)
    """

    call: str
    arguments: tuple[tuple[str, str], ...]
    returned: str
    expected: str
    snippet: str
    picture: Mapping[str, Any] | None
    came_back: str = CAME_BACK
    had_to: str = HAD_TO
    facts: tuple[tuple[str, str], ...] = ()
    right: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> tuple[tuple[str, str], ...]:
        """All that stands behind what came back and what had to."""
        return (*self.right, *self.facts)


@dataclass(frozen=True)
class Folded:
    """Broken laws that say nothing new, all for one reason."""

    reason: str
    laws: tuple[Law, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The laws in one line each, for staff with their facts."""
        said = (f"{law.sentence} ({HIDDEN})" if law.hidden else law.sentence for law in self.laws)
        return tuple(f"{text} {law.facts}".rstrip() for text, law in zip(said, self.laws, strict=True))


@dataclass(frozen=True)
class Law:
    mark: Mark
    sentence: str
    hidden: bool
    message: str
    example: Example | None
    name: str
    facts: str  # for staff: weight, credit, number of examples
    read: str = ""
    essential: bool = False
    counts: str = ""  # how often, where it is not once

    @property
    def tags(self) -> tuple[str, ...]:
        """What is to be known of it beside its sentence."""
        essential, hidden = ESSENTIAL if self.essential else "", HIDDEN if self.hidden else ""
        return tuple(tag for tag in (essential, self.counts, hidden) if tag)


@dataclass(frozen=True)
class Skipped:
    """Laws that were not looked at, all for one reason."""

    reason: str
    laws: tuple[Law, ...]

    @property
    def said(self) -> str:
        return plural(len(self.laws), "law")


@dataclass(frozen=True)
class Because:
    """What happened outside of an exercise, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Exercise:
    """`first` is the broken law to start with, `others` are broken too, and so are those of `folded`, which say nothing new;
    `rest` was looked at and is not broken. `causes` come before all of them, and then what its answers are those of (`named`)."""

    name: str
    points: str
    max_points: str
    worth: str  # max_points with its noun
    share: float
    tone: Tone
    mark: Mark
    state: str
    open: bool  # a person has yet to settle the points
    fault: str
    note: str
    causes: tuple[Because, ...]
    named: tuple[str, ...]
    first: Law | None
    others: tuple[Law, ...]
    rest: tuple[Law, ...]
    skipped: tuple[Skipped, ...]
    folded: tuple[Folded, ...] = ()
    judged_with: str = ""  # in words, where earlier exercises had the course's solutions
    weighed: str = ""  # how its laws became its points

    @property
    def has_points(self) -> bool:
        return self.max_points not in ("0", "?")

    @property
    def broken(self) -> int:
        """How many laws are broken."""
        shown = sum(law.mark.tone == "bad" for law in (self.first, *self.others) if law is not None)
        return shown + sum(len(group.laws) for group in self.folded)

    @property
    def rest_said(self) -> str:
        if all(law.mark.tone == "good" for law in self.rest):
            return f"{plural(len(self.rest), 'law holds', 'laws hold')}"
        return f"{plural(len(self.rest), 'more law')}"


def exercise(
    result: ExerciseResult,
    audience: Audience = "student",
    reveal: Reveal = "counterexample",
    waits: bool | None = None,
    more: int = 0,
) -> Exercise:
    """Return one exercise as its reader sees it.

    result     the exercise
    audience   who reads
    reveal     what a student sees of hidden checks
    waits      whether a person has yet to grade a manual exercise; None: it has no points yet
    more       how many laws have not been asked yet, and are in grading
    """
    waits = result.points == 0 if waits is None else waits
    return exercise_of(exercise_seen_by(result, audience, reveal), audience, waits, more)


def exercise_of(result: ExerciseResult, audience: Audience, waits: bool, more: int = 0) -> Exercise:
    """Return a `result` as its reader sees it, where everything is taken out already that the reader may not see.

    result     the exercise
    audience   who reads
    waits      whether a person has yet to grade a manual exercise
    more       how many laws have not been asked yet, and are in grading
    """
    if not_started(result):
        result = _waiting_for_its_author(result)
    fault = "" if result.blame is None else (FAULT_FOR_STAFF if audience == "staff" else FAULT)[result.blame]
    laws = {id(check): _law(check, audience, explained=bool(fault)) for check in result.checks}
    broken = [check for check in result.checks if check.verdict in BROKEN or check.verdict == "inconsistent"]
    first = to_start_with(broken)
    folded, others = _folded([check for check in broken if check is not first], first, laws)
    waits = result.manual and waits
    mark, state = _state(result, waits)
    if more and mark.tone == "good":
        state = f"{state}; {more} more {'is' if more == 1 else 'are'} asked in grading"
    judged_with = ""
    if result.judged_with:
        judged_with = f"judged {with_the_courses([one_line(name, 60) for name in result.judged_with])}"
        state = f"{state}, {judged_with}"
    return Exercise(
        name=one_line(result.name),
        points=points(result.points, result.max_points),
        max_points=points(result.max_points),
        worth=points_said(result.max_points),
        share=share(result.points, result.max_points),
        tone=mark.tone,
        mark=mark,
        state=state,
        open=waits or bool(fault),
        fault=fault,
        note=shown(result.note) or (WAITS if waits else ""),
        causes=tuple(
            Because(shown(each.what, 1000), shown(each.remedy, 500)) for each in result.causes if each.what
        ),
        named=tuple(one_line(each.says, 400) for each in result.named),
        first=None if first is None else laws[id(first)],
        others=others,
        rest=tuple(
            laws[id(check)] for check in result.checks if check not in broken and check.verdict != "skipped"
        ),
        skipped=_skipped(result.checks, laws, broken[0] if broken else None),
        folded=folded,
        judged_with=judged_with,
        weighed=""
        if waits or fault or not_started(result)
        else weighed(result.checks, result.points, result.max_points),
    )


def to_start_with(broken: Sequence[CheckResult]) -> CheckResult | None:
    """Return the one of the `broken` laws to start with: the one that was chosen for it, else one that has an input to show."""
    by_need = sorted(
        broken,
        key=lambda check: (not check.leads, check.verdict == "inconsistent", check.counterexample is None),
    )
    return by_need[0] if by_need else None


def _folded(
    others: Sequence[CheckResult], first: CheckResult | None, laws: Mapping[int, Law]
) -> tuple[tuple[Folded, ...], tuple[Law, ...]]:
    """Of further broken laws, those that say nothing new, and the others in their order.

    Nothing new: the same error as the first one's, a number that differs like the first one's, or what compares two answers of
    which one is known to be wrong.
    """
    if first is None or first.verdict not in ("falsified", "raised"):
        return (), tuple(laws[id(check)] for check in others)
    groups: dict[str, list[Law]] = {}
    rest = []
    for check in others:
        reason = _nothing_new(check, first)
        if reason:
            groups.setdefault(reason, []).append(laws[id(check)])
        else:
            rest.append(laws[id(check)])
    return tuple(Folded(reason, tuple(members)) for reason, members in groups.items()), tuple(rest)


def _nothing_new(check: CheckResult, first: CheckResult) -> str:
    """Why a broken law says nothing beside the first one; "" where it does."""
    if check.judged_with or check.credit:
        return ""
    if first.verdict == "raised" and check.verdict == "falsified" and check.counterexample is not None:
        met = check.counterexample.returned[:60]  # a law to which an error is an answer
        return SAME_ERROR if len(met) > 10 and met in first.message else ""
    if check.verdict != first.verdict:
        return ""
    if check.verdict == "raised":
        same = _error(check) == _error(first)
        return SAME_ERROR if same else ""
    if check.message and check.message == first.message:
        return SAME_MESSAGE
    found, leading = check.counterexample, first.counterexample
    if found is None or leading is None or not leading.what:
        return ""
    if not found.what and not found.own:
        return ""  # a sentence of its own
    if FLOAT32 in check.message and (FLOAT32 in first.message or leading.what.startswith("the dtype of")):
        return SAME_ROUNDING
    if leading.what.startswith("the gradient") and not found.what.startswith("the gradient"):
        return ""  # wrong values make wrong gradients, and not the other way round
    return OTHER_VALUES if _measures(found) and _measures(leading) else ""


def _measures(found: Counterexample) -> bool:
    """Whether it is about the size of numbers, not about a type, a shape or an argument that was changed."""
    return not found.what.startswith(("the shape of", "the dtype of")) and " after the call" not in found.what


def _error(check: CheckResult) -> str:
    """What was raised, without the line, which may be another."""
    return check.message.split(" (")[0][:60]


def not_started(result: ExerciseResult) -> bool:
    """Return whether an exercise is as it was handed out: nothing of it speaks against anybody."""
    return result.blame in (None, "student") and any(cause.kind == "not_started" for cause in result.causes)


def _waiting_for_its_author(result: ExerciseResult) -> ExerciseResult:
    """Without a law that is broken: the one that found the stub waits like the others."""
    checks = (
        replace(check, verdict="skipped", message=BEGIN) if check.verdict in ("missing", "skipped") else check
        for check in result.checks
    )
    return replace(result, checks=tuple(checks))


def _state(result: ExerciseResult, waits: bool) -> tuple[Mark, str]:
    """How an exercise stands, in a mark and a few words."""
    total = len(result.checks)
    if not_started(result):
        verb = "waits" if total == 1 else "wait"
        return WAITS_FOR_YOU, f"not started, {plural(total, 'law')} {verb}"
    count = {verdict: sum(check.verdict == verdict for check in result.checks) for verdict in PLAINLY}
    partly = sum(mark_of(check) is PARTLY for check in result.checks)
    broken = sum(is_broken(check) for check in result.checks)
    looked = f", {count['skipped']} skipped" if count["skipped"] else ""
    if result.blame in ("grader", "course"):
        return Mark("!", "not judged", "wait"), f"the {result.blame}'s fault, a person will look"
    if waits:
        return Mark("…", "waiting", "wait"), "waits for a person"
    if broken:
        return Mark("✗", "broken", "bad"), f"{broken} of {plural(total, 'law')} broken{looked}"
    if count["inconsistent"]:
        return Mark(
            "?", "unsettled", "wait"
        ), f"{plural(count['inconsistent'], 'law')} unsettled, a person will look"
    if partly:
        return PARTLY, f"{partly} of {plural(total, 'law')} earned in part{looked}"
    if result.blame == "student":
        return Mark("✗", "not judged", "bad"), "could not be judged"
    if result.manual and not total:
        return Mark("✓", "graded", "good"), "graded by a person"
    if total and count["holds"] == total:
        full = share(result.points, result.max_points) == 1 or result.max_points == 0
        held = {1: "its one law holds", 2: "both laws hold"}.get(total, f"all {total} laws hold")
        return (Mark("✓", "done", "good"), held) if full else (PARTLY, held)
    return Mark(NOTHING, "skipped", "muted"), f"{count['holds']} of {plural(total, 'law')} hold{looked}"


def _law(check: CheckResult, audience: Audience, explained: bool) -> Law:
    """One law. `explained`: the exercise as a whole says already that it could not be judged."""
    facts = ""
    plainly = "" if explained and check.verdict == "grader_fault" else PLAINLY[check.verdict]
    message = "" if check.verdict == "skipped" else shown(check.message) or plainly  # a group says why, once
    if check.judged_with:
        message = f"Judged {with_the_courses([one_line(name, 60) for name in check.judged_with])}: {_outcome(check)}."
    if audience == "staff":
        weight = f"{f'{ESSENTIAL}, ' if check.essential else ''}weight {check.weight:g}"
        facts = f"{one_line(check.name)}, {weight}, credit {check.credit:g}, "
        facts += plural(check.examples, "example")
    return Law(
        mark=WAITS_FOR_YOU if check.verdict == "skipped" and check.message == BEGIN else mark_of(check),
        sentence=one_line(check.law, 400),
        hidden=check.visibility == "hidden",
        message=message,
        example=None if check.counterexample is None else example(check.counterexample),
        name=one_line(check.name),
        facts=facts,
        read=one_line(check.read, 300),
        essential=check.essential,
        counts=counts(check.weight),
    )


def _outcome(check: CheckResult) -> str:
    return "holds" if check.verdict == "holds" else "does not hold, as it does with yours"


def example(found: Counterexample) -> Example:
    """Return a counterexample whose texts can be shown."""
    return Example(
        call=one_line(found.call, 200),
        arguments=tuple((one_line(name, 60), shown(value, 2000)) for name, value in found.arguments.items()),
        returned=shown(found.returned, 2000),
        expected=shown(found.expected, 2000),
        snippet=shown(found.snippet, 20000),
        picture=found.picture,
        came_back=f"{CAME_BACK} ({one_line(found.what, 120)})" if found.what else CAME_BACK,
        had_to=_had_to(found),
        facts=_labelled(found.facts),
        right=_labelled(found.right),
    )


def _had_to(found: Counterexample) -> str:
    if not found.own:
        return HAD_TO
    return f"{HAD_TO}, by what {one_line(found.own, 40)} gave ({OWN})"


def _labelled(some: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one_line(name, 120), shown(text, 2000)) for name, text in some)


def _skipped(
    checks: Iterable[CheckResult], laws: Mapping[int, Law], cause: CheckResult | None
) -> tuple[Skipped, ...]:
    """Laws that were not looked at, grouped by the reason, which is said once."""
    because = "Not looked at."
    if cause is not None:
        because = f"Not looked at, because this failed first: {one_line(cause.law, 400)}"
    groups: dict[str, list[Law]] = {}
    for check in checks:
        if check.verdict == "skipped":
            # The message names the check that failed; readers know laws by their sentences.
            known = cause is None or (check.message and cause.name not in check.message)
            groups.setdefault((known and shown(check.message)) or because, []).append(laws[id(check)])
    return tuple(Skipped(reason, tuple(members)) for reason, members in groups.items())
