from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.feedback.text import exercise_text, student_text
from autograder.model import ExerciseResult, Score


def printed(renderable: object, width: int, colours: bool = False) -> str:
    file = io.StringIO()
    Console(
        file=file, width=width, force_terminal=colours, color_system="standard" if colours else None
    ).print(renderable)
    return file.getvalue()


def worst(score: Score) -> ExerciseResult:
    return min(
        (one for one in score.exercises if not one.manual), key=lambda one: one.points / one.max_points
    )


def test_the_text_of_an_exercise(case: str, score: Score, snapshot: Callable[[str, str], None]) -> None:
    if score.exercises:
        snapshot(f"{case}.exercise.txt", exercise_text(worst(score)))
    else:
        assert score.status == "ungraded"


def test_the_text_of_a_submission(case: str, score: Score, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"{case}.student.txt", printed(student_text(score), 80))


def test_the_text_of_a_submission_with_laws_only(
    scores: dict[str, Score], snapshot: Callable[[str, str], None]
) -> None:
    text = printed(student_text(scores["hidden"], reveal="law"), 80)
    assert "SECRET" not in text
    assert "0.7311" not in text
    snapshot("hidden.law.txt", text)


@pytest.mark.parametrize("width", [40, 72, 100, 200])
def test_no_line_is_wider_than_the_terminal(score: Score, width: int) -> None:
    lines = printed(student_text(score), width).splitlines()
    assert max(len(line) for line in lines) <= min(width, 100)


def test_prose_is_wrapped_and_code_is_not(scores: dict[str, Score]) -> None:
    exercise = scores["uneven"].exercises[0]
    lines = exercise_text(exercise, width=60).splitlines()
    assert "      embeddings = torch.tensor([[0., 0.], [2., 0.], [1., 3.], [4., 2.], [6., 2.]])" in lines
    assert all(len(line) <= 60 for line in lines if "tensor" not in line)


def test_the_marks_have_colours_where_the_terminal_has(scores: dict[str, Score]) -> None:
    text = printed(student_text(scores["uneven"]), 80, colours=True)
    assert "\x1b[1;31m✗ broken" in text
    assert "\x1b[32m✓ holds" in text


def test_an_exercise_without_points_mentions_none(scores: dict[str, Score]) -> None:
    exercise = replace(scores["perfect"].exercises[0], points=0.0, max_points=0.0)
    assert exercise_text(exercise).startswith("✓ class_prototypes: all 11 laws hold\n")


def test_a_hostile_text_neither_colours_nor_moves(scores: dict[str, Score]) -> None:
    before = scores["uneven"].exercises[0]
    checks = (replace(before.checks[5], message="\x1b[2J[red]oops[/red]\x07\u202egnp"), *before.checks[6:])
    text = exercise_text(replace(before, name="\x1b]0;title\x07f", checks=checks))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]oops[/red]\\x07\\u202egnp" in text
    shown = printed(student_text(replace(scores["uneven"], exercises=(replace(before, checks=checks),))), 80)
    assert "[red]oops[/red]\\x07\\u202egnp" in shown


def test_two_answers_of_one_s_own_stand_beside_the_right_one(
    compared: Score, snapshot: Callable[[str, str], None]
) -> None:
    snapshot("compared.exercise.txt", exercise_text(compared.exercises[0]))
    staff = exercise_text(compared.exercises[0], audience="staff")
    assert "weight" in staff[staff.index("say nothing new") :]


def test_points_of_a_person_s_own_check_are_said_to_be_by_the_laws_that_they_have(
    scores: dict[str, Score],
) -> None:
    score = scores["perfect"]
    said = [
        " ".join(printed(student_text(score, complete=False, more=more), 200).split())
        for more in ({score.exercises[0].name: 3}, {score.exercises[0].name: 0}, None)
    ]
    assert ["Grading asks more; where an essential one does not hold" in each for each in said] == [
        True,
        False,
        False,
    ]
