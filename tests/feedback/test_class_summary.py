from __future__ import annotations

import math
from dataclasses import replace

import pytest

from autograder.feedback.class_summary import (
    distribution,
    graded_by_hand,
    laws,
    mean_of,
    needs_person,
    person_word,
    what_to_do,
)
from autograder.model import Failure, Score


@pytest.mark.parametrize(
    ("name", "word", "reasons"),
    [
        ("perfect", "answer", []),
        ("uneven", "answer", []),
        (
            "grader_fault",
            "grader",
            [
                "sample_episode: 1 law unsettled",
                "train: SandboxBroken: the zygote ended twice (signal 9) (the grader's fault)",
            ],
        ),
        (
            "ungraded",
            "error",
            ["ungraded: The file is no notebook: it is no JSON (line 1, column 1: expecting value)."],
        ),
    ],
)
def test_who_needs_a_person_and_why(
    name: str, word: str, reasons: list[str], scores: dict[str, Score]
) -> None:
    assert person_word(scores[name]) == word
    assert needs_person(scores[name]) == reasons


def test_a_graded_submission_needs_nobody(scores: dict[str, Score]) -> None:
    score = replace(scores["perfect"], status="graded")
    assert (person_word(score), needs_person(score), graded_by_hand(score)) == ("", [], [])


def test_an_error_beside_a_score_is_looked_at(scores: dict[str, Score]) -> None:
    score = replace(
        scores["perfect"], status="graded", error=Failure("student", "Cell 3 raised.", "Fix it.", cell=3)
    )
    assert needs_person(score) == ["graded: Cell 3 raised. (cell 3)"]
    assert person_word(score) == "look"


def test_what_is_graded_by_hand(scores: dict[str, Score]) -> None:
    assert graded_by_hand(scores["perfect"]) == ["written (up to 2 points)"]


def test_every_score_falls_into_one_bin(scores: dict[str, Score]) -> None:
    spread = distribution(list(scores.values()))
    assert sum(one.count for one in spread) == 7
    assert spread[-1].count == 2
    assert (spread[0].low, spread[-1].high) == (0, 100)
    odd = [replace(scores["perfect"], score=value) for value in (-1.0, 99.0, math.nan, None)]
    assert [one.count for one in distribution(odd)] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_the_mean_is_over_those_with_a_score(scores: dict[str, Score]) -> None:
    assert mean_of([scores["perfect"], scores["ungraded"]]) == (13.0, 13.0)
    assert mean_of([scores["ungraded"]]) is None


def test_laws_are_counted_over_the_class(scores: dict[str, Score]) -> None:
    counted = {(one.exercise, one.law): one for one in laws(scores.values())}
    moved = counted[
        "class_prototypes", "Moving, turning or stretching all embeddings moves the prototypes along."
    ]
    assert (moved.holds, moved.broken, moved.others) == (6, 1, 0)
    runs = counted["train", "It runs and returns one loss per episode."]
    assert (runs.holds, runs.broken, runs.others) == (5, 1, 1)
    partly = counted["trained_weights", "Accuracy on new alphabets earns the points."]
    assert (partly.holds, partly.broken, partly.others) == (6, 0, 1)


def test_everybody_who_needs_a_person_has_a_remedy(scores: dict[str, Score]) -> None:
    for score in scores.values():
        assert bool(what_to_do(score)) == bool(needs_person(score)), score.student
