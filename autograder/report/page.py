"""A `Report` as a page for instructors: an HTML file that needs nothing but the lists beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.feedback.class_text import summary_line
from autograder.feedback.exercise_view import Example, example
from autograder.feedback.html import render
from autograder.feedback.phrases import NOTHING, PLAINLY, plural, points
from autograder.feedback.sanitise import one_line, one_name, shown
from autograder.report.analysis import Bin, Clock, ItemAnalysis, LawAnalysis, Report
from autograder.report.charts import Bar, histogram
from autograder.report.links import Figure, LinkedFigures
from autograder.report.mistakes import Mistake
from autograder.report.statistics import verdict_on

MOST_MISTAKES = 40  # what is rarer stands in the tables


@dataclass(frozen=True)
class ItemRow:
    name: str
    worth: str
    judged: Figure
    mean: Figure
    difficulty: Figure
    share: float
    discrimination: Figure
    verdict: str
    full: Figure
    none: Figure


@dataclass(frozen=True)
class LawRow:
    law: str
    hidden: bool
    holds: Figure
    broken: Figure
    neither: Figure
    share: float
    other: float


@dataclass(frozen=True)
class MistakeBox:
    exercise: str
    law: str
    hidden: bool
    count: Figure
    named: str
    message: str
    example: Example | None


@dataclass(frozen=True)
class ClockRow:
    name: str
    median: Figure
    ninetieth: str
    high: str
    slowest: tuple[tuple[Figure, str], ...]


def pages(report: Report, links: Mapping[str, str], tables: Sequence[str]) -> dict[str, str]:
    """Return path from the report's folder -> text: the report as index.html, and the lists behind its figures.

    links   student -> path of that student's page, from the report's folder
    tables  names of the files beside it, for those who want to go on counting
    """
    behind = LinkedFigures(report.assignment, [entry.score for entry in report.entries], links)
    index = render(
        "report.html.jinja",
        title=f"{one_line(report.assignment)}: the class",
        wide=True,
        assignment=one_line(report.assignment),
        summary=summary_line([entry.score for entry in report.entries]),
        statuses=_statuses(report, behind),
        spread=_spread(report, behind),
        chart=_chart(report.bins, behind),
        items=[_item(item, at, behind) for at, item in enumerate(report.items, 1)],
        laws=_laws(report.laws, behind),
        mistakes=[_mistake(each, behind) for each in _shared(report.mistakes)],
        single=_single(report.mistakes, behind),
        waiting=[(behind.student(each.student), each.reasons) for each in report.waiting if each.reasons],
        by_hand=_by_hand(report, behind),
        clocks=[_clock(clock, behind) for clock in report.clocks],
        clock_chart=_clock_chart(report, behind),
        unread=[(one_name(student), one_line(why, 300)) for student, why in report.unread.items()],
        tables=tables,
    )
    return {"index.html": index, **behind.written()}


def _statuses(report: Report, behind: LinkedFigures) -> list[tuple[Figure, str]]:
    return [
        (behind.figure(str(len(students)), students, "points", f"Submissions that are {status}"), status)
        for status, students in report.by_status.items()
        if students
    ]


def _spread(report: Report, behind: LinkedFigures) -> list[tuple[str, Figure]]:
    found = report.points
    if found is None:
        return []

    def figure(value: float) -> Figure:
        return behind.figure(points(value), report.scored, "points", "Submissions with a score")

    return [
        ("mean", figure(found.mean)),
        ("standard deviation", figure(found.sd)),
        ("lowest", _extreme(report, behind, found.low, "The lowest score")),
        ("first quartile", figure(found.quarter)),
        ("median", figure(found.median)),
        ("third quartile", figure(found.three_quarters)),
        ("highest", _extreme(report, behind, found.high, "The highest score")),
    ]


def _extreme(report: Report, behind: LinkedFigures, value: float, title: str) -> Figure:
    students = [entry.student for entry in report.entries if entry.score.score == value]
    return behind.figure(points(value), students, "points", title)


def _chart(bins: Sequence[Bin], behind: LinkedFigures) -> Any:
    bars = []
    for at, each in enumerate(bins):
        last = at == len(bins) - 1
        span = f"{each.low:.0f} to {each.high:.0f} % of the points{'' if last else ', the end excluded'}"
        figure = behind.figure(str(len(each.students)), each.students, "points", span)
        said = f"{plural(len(each.students), 'submission')} with {span}"
        bars.append(Bar(len(each.students), figure, f"{each.low:.0f}{NOTHING}{each.high:.0f}", said))
    return histogram(
        bars, "Submissions by their share of points", "per cent of the points that are judged so far"
    )


def _item(item: ItemAnalysis, at: int, behind: LinkedFigures) -> ItemRow:
    topic, name = f"exercise-{at}", one_line(item.name)

    def figure(text: str, students: Sequence[str], title: str) -> Figure:
        return behind.figure(text, students, topic, f"{name}: {title}", item.name)

    return ItemRow(
        name=name,
        worth=points(item.max_points),
        judged=figure(str(len(item.judged)), item.judged, "judged"),
        mean=figure(points(item.mean), item.judged, "judged"),
        difficulty=figure(_two(item.difficulty), item.judged, "judged"),
        share=item.difficulty or 0.0,
        discrimination=figure(_two(item.discrimination), item.compared, "compared with all the others"),
        verdict="graded by hand" if item.manual else _verdict(item),
        full=figure(_count(item.full, item), item.full, "all points"),
        none=figure(_count(item.none, item), item.none, "no points"),
    )


def _verdict(item: ItemAnalysis) -> str:
    """Of the figure as it is shown, so that both agree."""
    value = item.discrimination
    return verdict_on(None if value is None else round(value, 2), len(item.compared))


def _count(students: Sequence[str], item: ItemAnalysis) -> str:
    return str(len(students)) if item.judged else NOTHING


def _laws(laws: Sequence[LawAnalysis], behind: LinkedFigures) -> list[tuple[str, list[LawRow]]]:
    found: dict[str, list[LawRow]] = {}
    for law in laws:
        rows = found.setdefault(law.exercise, [])
        topic = f"laws-{len(found)}"

        def figure(students: Sequence[str], what: str, law: LawAnalysis = law, topic: str = topic) -> Figure:
            title = f"{what}: {one_line(law.law, 400)}"
            return behind.figure(str(len(students)), students, topic, title, law.exercise)

        total = max(len(law.holds) + len(law.broken) + len(law.neither), 1)
        rows.append(
            LawRow(
                law=one_line(law.law, 400),
                hidden=law.hidden,
                holds=figure(law.holds, "Holds"),
                broken=figure(law.broken, "Violation"),
                neither=figure(law.neither, "Neither"),
                share=len(law.holds) / total,
                other=len(law.neither) / total,
            )
        )
    return [(one_line(name), rows) for name, rows in found.items()]


def _shared(mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
    return [each for each in mistakes if len(each.students) > 1][:MOST_MISTAKES]


def _single(mistakes: Sequence[Mistake], behind: LinkedFigures) -> Figure:
    """Mistakes that are not shown: of one student each, or beyond the most frequent."""
    left = [each for each in mistakes if each not in _shared(mistakes)]
    students = dict.fromkeys(student for each in left for student in each.students)
    return behind.figure(plural(len(left), "more mistake"), students, "mistakes", "Mistakes that few share")


def _mistake(mistake: Mistake, behind: LinkedFigures) -> MistakeBox:
    count = len(mistake.students)
    law = one_line(mistake.law, 400)
    return MistakeBox(
        exercise=one_line(mistake.exercise),
        law=law,
        hidden=mistake.hidden,
        count=behind.figure(
            plural(count, "submission"), mistake.students, "mistakes", f"Broken: {law}", mistake.exercise
        ),
        named=one_line(mistake.named, 400),
        message=shown(mistake.message) or PLAINLY[mistake.verdict],
        example=None if mistake.counterexample is None else example(mistake.counterexample),
    )


def _by_hand(report: Report, behind: LinkedFigures) -> list[tuple[Figure, str]]:
    """What is graded by hand anyway: how many submissions wait for it."""
    found: dict[str, list[str]] = {}
    for each in report.waiting:
        for exercise in each.by_hand:
            found.setdefault(exercise, []).append(each.student)
    return [
        (
            behind.figure(
                plural(len(students), "submission"), students, "person", f"To be graded by hand: {name}"
            ),
            name,
        )
        for name, students in found.items()
    ]


def _clock(clock: Clock, behind: LinkedFigures) -> ClockRow:
    name = one_line(clock.name.replace("_", " "))
    return ClockRow(
        name=name,
        median=behind.figure(_seconds(clock.spread.median), clock.students, "timing", f"Measured: {name}"),
        ninetieth=_seconds(clock.ninetieth),
        high=_seconds(clock.spread.high),
        slowest=tuple((behind.student(student), _seconds(value)) for student, value in clock.slowest),
    )


def _clock_chart(report: Report, behind: LinkedFigures) -> Any:
    """Submissions by the time that they took, where there is anything to tell apart."""
    clock = next((each for each in report.clocks if each.name == "total"), None)
    if clock is None or clock.spread.high <= 0 or clock.spread.count < 3:
        return None
    times = {entry.student: entry.seconds["total"] for entry in report.entries if "total" in entry.seconds}
    step = clock.spread.high / 8
    bars = []
    for at in range(8):
        inside = [name for name, value in times.items() if min(int(value / step), 7) == at]
        span = f"{_seconds(at * step)} to {_seconds((at + 1) * step)}"
        figure = behind.figure(str(len(inside)), inside, "timing", f"Took {span}")
        said = f"{plural(len(inside), 'submission')} took {span}"
        bars.append(Bar(len(inside), figure, f"{NOTHING}{_seconds((at + 1) * step)}", said))
    return histogram(bars, "Submissions by the time that grading took", "seconds from the file to the score")


def _seconds(value: float) -> str:
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"


def _two(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"
