"""Causes stand before their effects, in text, page, notebook and JSON; what is not started is nobody's mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from autograder.feedback.html import exercise_fragment, student_page
from autograder.feedback.json import from_json, to_json
from autograder.feedback.text import exercise_text, student_text
from autograder.model import Cause, CauseKind, ExerciseResult, Score
from tests.feedback.conftest import SCORES
from tests.feedback.test_text import printed

FAILED = Cause(
    "cell_failed",
    "Cell 14 ends with SyntaxError: invalid syntax (line 3 of its cell: retrun losses). So train is not there.",
    "Mend that cell, restart the kernel, and run all cells.",
    14,
)
STUB = Cause("not_started", "", "", 14)


def caused(*causes: Cause) -> Score:
    score = SCORES["missing"]()
    exercises = (replace(each, causes=causes) if each.name == "train" else each for each in score.exercises)
    return replace(score, exercises=tuple(exercises))


def train(score: Score) -> ExerciseResult:
    return next(each for each in score.exercises if each.name == "train")


def test_a_cause_in_text_and_on_the_page(snapshot: Callable[[str, str], None]) -> None:
    snapshot("caused.student.txt", printed(student_text(caused(FAILED)), 80))
    snapshot("caused.fragment.html", exercise_fragment(train(caused(FAILED))))
    page = student_page(caused(FAILED))
    card = page[page.index('<div class="card bad">') :]
    assert card.index("<strong>Because:</strong> Cell 14 ends") < card.index("does not define train")


def test_what_is_not_started_waits(snapshot: Callable[[str, str], None]) -> None:
    snapshot("not_started.exercise.txt", exercise_text(train(caused(STUB))))
    snapshot("not_started.student.txt", printed(student_text(caused(STUB)), 80))
    snapshot("not_started.fragment.html", exercise_fragment(train(caused(STUB))))
    assert "not defined" not in exercise_text(train(caused(STUB)))


def test_a_hostile_cause_is_text(snapshot: Callable[[str, str], None]) -> None:
    hostile = replace(FAILED, what="<script>alert(1)</script>\x1b[2J", remedy="<b>x</b>")
    assert "<script>" not in student_page(caused(hostile)) + exercise_fragment(train(caused(hostile)))
    assert "\x1b" not in exercise_text(train(caused(hostile)))


def test_json_has_one_key_more_and_reads_files_without_it() -> None:
    score = caused(FAILED, *(Cause(kind, "It is so.") for kind in get_args(CauseKind)))
    assert from_json(to_json(score)) == score
    document = json.loads(to_json(score))
    assert document["schema"] == 1
    for exercise in document["exercises"]:
        del exercise["causes"]
        for check in exercise["checks"]:
            del check["missing"]
    assert from_json(json.dumps(document)) == SCORES["missing"]()
