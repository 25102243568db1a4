from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from autograder.feedback.class_text import class_table, summary_line
from autograder.model import CheckResult, ExerciseResult, Score


def printed(scores: list[Score], width: int) -> str:
    file = StringIO()
    Console(file=file, width=width).print(class_table(scores))
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_of_a_class(
    width: int, scores: dict[str, Score], snapshot: Callable[[str, str], None]
) -> None:
    said = printed(list(scores.values()), width) + "\n" + summary_line(list(scores.values())) + "\n"
    snapshot(f"class.{width}.txt", said)


def test_eight_exercises_with_broken_laws_fit_80_columns(scores: dict[str, Score]) -> None:
    broken = tuple(CheckResult(name, name, "public", 1.0, "falsified") for name in "ab")
    many = tuple(ExerciseResult(f"exercise_{i}", 3.4, 4.0, "student", broken) for i in range(8))
    score = replace(scores["perfect"], student="a.student.with.a.long.name", score=17.25, exercises=many)
    lines = printed([score], 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("a.student.… ")
    assert lines[1].count("3.4✗2") == 8
    assert "17.25" in lines[1]


def test_names_are_neither_markup_nor_commands(scores: dict[str, Score]) -> None:
    table = printed([replace(scores["perfect"], student="[red]\x1b[2Jeve\nx\u202e[/red]")], 100)
    assert "[red]\\x1b[2Jeve\\x0ax\\u202e[/red]" in table
    assert "\x1b" not in table


@pytest.mark.parametrize(
    ("points", "worth", "said"),
    [(4.0, 4.0, "4"), (3.97, 4.0, "3.9"), (3.0, 4.0, "3"), (0.04, 4.0, "0"), (2.25, 4.0, "2.2")],
)
def test_a_cell_never_rounds_up_to_all_of_the_points(
    points: float, worth: float, said: str, scores: dict[str, Score]
) -> None:
    exercise = ExerciseResult(
        "f", points, worth, None, (CheckResult("a", "a", "public", 1.0, "holds", credit=1.0),)
    )
    row = printed([replace(scores["perfect"], exercises=(exercise,))], 100).splitlines()[1]
    assert row.split()[2] == said


def test_the_summary(scores: dict[str, Score]) -> None:
    assert summary_line([]) == "No submissions."
    assert summary_line([scores["ungraded"]]) == "1 submission: 1 ungraded; 1 needs a closer look."
    graded = replace(scores["perfect"], status="graded", score=13.5, pending_points=0.0)
    assert summary_line([graded, graded]) == "2 submissions: 2 graded; mean 13.5 of 15 points."
