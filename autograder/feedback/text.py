"""The same for a terminal: what `check(...)` prints, and a whole submission with colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograder.feedback import view
from autograder.feedback.audience import Audience, Reveal
from autograder.feedback.class_text import class_table, summary_line
from autograder.feedback.phrases import BECAUSE, BY_YOUR_LAWS, READ, TO_DO, Tone
from autograder.model import ExerciseResult, Score

__all__ = ["class_table", "exercise_text", "student_text", "summary_line"]

WIDTH = 88
_STYLE: dict[Tone, str] = {"good": "green", "bad": "bold red", "wait": "yellow", "muted": "dim"}
_COLUMN = 16  # where the sentence of a law begins


@dataclass(frozen=True)
class Line:
    """A paragraph or a line of code. `lead` stands before it, in its own style."""

    text: str
    indent: int = 0
    kind: Literal["prose", "code"] = "prose"
    style: str = ""
    lead: str = ""
    lead_style: str = ""


def exercise_text(
    exercise: ExerciseResult,
    *,
    audience: Audience = "student",
    reveal: Reveal = "counterexample",
    waits: bool | None = None,
    width: int = WIDTH,
    more: int = 0,
) -> str:
    """Write one `exercise` as plain text: prose wrapped at `width` columns, code with its own lines, to be copied.

    audience   who reads
    reveal     what a student sees of hidden checks
    waits      whether a person has yet to grade a manual exercise; None: it has no points yet
    more       how many laws have not been asked yet, and are in grading
    """
    lines = _exercise(view.exercise(exercise, audience, reveal, waits, more))
    return "\n".join(text for line in lines for text, _, _ in _laid_out(line, width, fold=False)) + "\n"


def student_text(
    score: Score,
    *,
    audience: Audience = "student",
    reveal: Reveal = "counterexample",
    complete: bool = True,
    more: Mapping[str, int] | None = None,
) -> StudentText:
    """Lay a whole submission out for a terminal of any width: a rich renderable.

    score      the result
    audience   who reads
    reveal     what a student sees of hidden checks
    complete   False: a person tries something out, and what is said is whose laws these points are by
    more       exercise -> how many laws have not been asked yet, and are in grading
    """
    page = view.page(score, audience, reveal, more)
    if complete or score.error is not None:
        return StudentText(page)
    return StudentText(replace(page, sentence=BY_YOUR_LAWS if any((more or {}).values()) else ""))


@dataclass(frozen=True)
class StudentText:
    page: view.Page

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(min(options.max_width, 100), 30)
        for line in _page(self.page):
            for text, at, end in _laid_out(line, width, fold=True):
                laid = Text(text, style=line.style, no_wrap=True)
                laid.stylize(line.lead_style, at, end)
                yield laid


# --- what stands there -------------------------------------------------------------------------------------


def _page(page: view.Page) -> Iterator[Line]:
    yield Line(f"{page.assignment}, {page.student}", style="bold")
    yield Line(f"{page.headline}. {page.sentence}".rstrip())
    if page.error is not None:
        yield Line("")
        yield Line(page.error.heading, style="bold")
        if page.error.place:
            yield Line(page.error.place, 2, lead="in ")
        if page.error.what:
            yield Line(page.error.what, 2)
        if page.error.remedy:
            yield Line(page.error.remedy, 2, lead=f"{TO_DO}: ", lead_style="bold")
    for exercise in page.exercises:
        yield Line("")
        yield from _exercise(exercise, brief=exercise.tone in ("good", "muted"))
    if page.rule:
        yield Line("")
        yield Line(page.rule)
    for note in page.notes:
        yield Line("")
        yield Line(note, lead="Note for staff: ", lead_style="bold")
    yield Line("")
    yield Line(", ".join(f"{name} {value}" for name, value in page.facts), style="dim")


def _exercise(exercise: view.Exercise, brief: bool = False) -> Iterator[Line]:
    """An exercise; `brief` leaves out the laws that hold and those that wait, which a whole submission has many of."""
    points = ""
    if exercise.has_points:
        points = f", {exercise.points} of {exercise.worth}"
        points = f", up to {exercise.worth}" if exercise.open else points
    lead = f"{exercise.mark.symbol} {exercise.name}"
    yield Line(f"{points}: {exercise.state}", lead=lead, lead_style=f"bold {_STYLE[exercise.tone]}")
    for said in (exercise.fault, exercise.weighed, exercise.note):
        if said:
            yield Line(said, 2)
    for cause in exercise.causes:
        yield Line(cause.what, 2, lead=f"{BECAUSE}: ", lead_style="bold")
        if cause.remedy:
            yield Line(cause.remedy, 2, lead=f"{TO_DO}: ", lead_style="bold")
    for said in exercise.named:
        yield Line(said, 2, style="bold")
    if exercise.first is not None:
        yield Line("")
        yield from _law(exercise.first, bold=True)
        if exercise.first.example is not None:
            yield from _example(exercise.first.example)
        if exercise.first.read:
            yield Line(f"{READ}: {exercise.first.read}.", 4)
        if exercise.first.example is not None:
            yield Line("")
    for law in exercise.others:
        yield from _law(law)
    for folded in exercise.folded:
        yield Line(f"{folded.reason} ({len(folded.laws)}):", 2)
        for sentence in folded.sentences:
            yield Line(sentence, 4, lead="✗ ", lead_style=_STYLE["bad"])
    for law in () if brief else exercise.rest:
        yield from _law(law)
    for group in () if brief else exercise.skipped:
        yield Line("")
        yield Line(f"{group.reason} ({group.said})", 2)


def _law(law: view.Law, bold: bool = False) -> Iterator[Line]:
    lead = f"{law.mark.symbol} {law.mark.word}".ljust(_COLUMN - 2)
    sentence = f"{law.sentence} ({', '.join(law.tags)})" if law.tags else law.sentence
    yield Line(sentence, 2, lead=lead, lead_style=_STYLE[law.mark.tone], style="bold" if bold else "")
    for said in (law.message, law.facts):
        if said:
            yield Line(said, _COLUMN)


def _example(example: view.Example) -> Iterator[Line]:
    """The smallest input, what came back, what had to, and the snippet, each under its label."""
    yield Line("")
    yield Line("The smallest input found:", 4)
    yield Line(example.call, 6, "code")
    for name, value in example.arguments:
        lines = value.split("\n")
        yield Line(lines[0], 8, "code", lead=f"{name} = ")
        for line in lines[1:]:
            yield Line(line, 8 + len(name) + 3, "code")
    parts = (
        (f"{example.came_back}:", example.returned),
        (f"{example.had_to}:", example.expected),
        *((f"{name}:", text) for name, text in example.more),
        ("To see it yourself, paste this into a cell below your function:", example.snippet),
    )
    for label, text in parts:
        if text:
            yield Line(label, 4)
            for line in text.split("\n"):
                yield Line(line, 6, "code")


# --- how it is set -----------------------------------------------------------------------------------------


def _laid_out(line: Line, width: int, fold: bool) -> Iterator[tuple[str, int, int]]:
    """The lines of a terminal that a line takes: (text, where its lead begins, where its lead ends)."""
    at, end = line.indent, line.indent + len(line.lead)
    hang = line.indent + (
        len(line.lead) if line.lead.strip() and len(line.lead) <= _COLUMN else 2 * bool(line.lead)
    )
    for number, part in enumerate(line.text.split("\n") if line.kind == "prose" else [line.text]):
        begin = " " * line.indent + line.lead if number == 0 else " " * hang
        for row, text in enumerate(_rows(begin, part, " " * hang, width, line.kind, fold)):
            yield (text, at, end) if number == row == 0 else (text, 0, 0)


def _rows(begin: str, text: str, hang: str, width: int, kind: str, fold: bool) -> list[str]:
    if kind == "prose":
        return textwrap.wrap(begin + text, width, subsequent_indent=hang, break_on_hyphens=False) or [""]
    whole = begin + text
    if not fold or len(whole) <= width:
        return [whole.rstrip()]
    room = max(width - len(hang), 10)
    rest = whole[width:]
    return [whole[:width], *(hang + rest[start : start + room] for start in range(0, len(rest), room))]
