"""A class in a terminal: the table at the end of `autograder grade`, and one line that sums it up."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from autograder.feedback import view
from autograder.feedback.class_summary import columns, graded_by_hand, mean_of, needs_person, person_word
from autograder.feedback.phrases import NOTHING, Tone, plural, points
from autograder.feedback.sanitise import one_line, one_name
from autograder.model import ExerciseResult, Score

_STYLE: dict[Tone, str] = {"good": "green", "bad": "red", "wait": "yellow", "muted": "dim"}
_STATUS_STYLE = {"graded": "", "pending": "yellow", "ungraded": "bold red"}
_ROOM = 47  # columns that 80 leave for the exercises


@dataclass(frozen=True)
class Cell:
    points: str
    mark: str
    style: str

    def text(self, gap: str) -> Text:
        """Write points and mark, with `gap` between them."""
        return Text(gap.join(part for part in (self.points, self.mark) if part), style=self.style)


def class_table(scores: Sequence[Score]) -> Table:
    """Lay a class out for 80 columns, a line per submission; exercises are numbered, the caption says which is which.

    A cell shows the points and how many laws are broken: `3.1 ✗2`. `~`: earned in part, `?`: a law is
    unsettled, `!`: the grader or the course is at fault, `…`: waits for a person.
    """
    exercises = columns(scores)
    rows = [_cells(score, [name for name, _ in exercises]) for score in scores]
    widths = [max(len(cell.text(" ")) for cell in column) + 1 for column in zip(*rows, strict=True)]
    gap = " " if sum(widths) <= _ROOM else ""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, caption_justify="left", header_style="bold")
    table.caption = _caption(exercises)
    table.add_column("student", overflow="ellipsis", min_width=8)  # the one column that gives way
    table.add_column("status", no_wrap=True)
    for number in range(1, len(exercises) + 1):
        table.add_column(str(number), no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("person", no_wrap=True)
    for score, cells in zip(scores, rows, strict=True):
        table.add_row(
            Text(one_name(score.student, 32)),
            Text(score.status, style=_STATUS_STYLE[score.status]),
            *(cell.text(gap) for cell in cells),
            Text(points(score.score, score.max_score), style="" if score.score is None else "bold"),
            Text(person_word(score), style="yellow"),
        )
    return table


def summary_line(scores: Sequence[Score], also: Container[str] = ()) -> str:
    """Say how many are graded, the mean of those with a score, and what waits for a person.

    also   students at whom a person should look for another reason
    """
    if not scores:
        return "No submissions."
    count = {
        status: sum(score.status == status for score in scores)
        for status in ("graded", "pending", "ungraded")
    }
    said = ", ".join(f"{number} {status}" for status, number in count.items() if number)
    line = f"{plural(len(scores), 'submission')}: {said}"
    mean = mean_of(scores)
    if mean is not None:
        line += f"; mean {points(mean[0])} of {points(mean[1])} points"
    by_hand = sum(bool(graded_by_hand(score)) for score in scores)
    if by_hand:
        line += f"; {by_hand} {'waits' if by_hand == 1 else 'wait'} to be graded by hand"
    looked = sum(bool(needs_person(score)) or score.student in also for score in scores)
    if looked:
        line += f"; {looked} {'needs' if looked == 1 else 'need'} a closer look"
    return line + "."


def _caption(exercises: Iterable[tuple[str, float]]) -> Text:
    lines = [""]
    for at, (name, worth) in enumerate(exercises, 1):
        named = f"{at} {one_line(name, 40)} ({points(worth)})"
        if (
            lines[-1] and len(lines[-1]) + len(named) > 62
        ):  # rich would also break within a name and its points
            lines.append("")
        lines[-1] += f"   {named}" if lines[-1] else named
    return Text("\n".join(lines), style="dim", justify="left")


def _cells(score: Score, names: Iterable[str]) -> list[Cell]:
    by_name = {exercise.name: exercise for exercise in score.exercises}
    return [_cell(by_name.get(name), score.status == "pending") for name in names]


def _cell(result: ExerciseResult | None, pending: bool) -> Cell:
    if result is None:
        return Cell(NOTHING, "", "dim")
    seen = view.exercise(result, "staff", waits=pending)
    style = _STYLE[seen.tone]
    if seen.open:
        return Cell("", seen.mark.symbol, style)
    mark = "" if seen.tone == "good" else seen.mark.symbol + (str(seen.broken) if seen.broken else "")
    return Cell(_short(result), mark, style)


def _short(exercise: ExerciseResult) -> str:
    """Points with one decimal; less than all of them never reads as all of them."""
    value, worth = exercise.points, exercise.max_points
    if value == worth or not abs(value) < 1e6:
        return points(value, worth)
    text = f"{value:.1f}"
    return f"{int(value * 10) / 10:.1f}" if float(text) >= worth else text.removesuffix(".0")
