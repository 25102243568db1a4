"""Made-up classes of any size, as `autograder grade` would have left them on disk."""

from __future__ import annotations

import json
import random
from pathlib import Path

from autograder.feedback.json import to_json
from autograder.model import Blame, CheckResult, Counterexample, ExerciseResult, Score

EXERCISES = {"prototypes": (4.0, 5), "episodes": (3.0, 4), "train": (3.0, 3)}  # points, laws
FREQUENT = Counterexample(
    "prototypes(x)", {"x": "[[0. 1.]]"}, "[0.5]", "[1.0]", "print(prototypes(x))", {"kind": "unknown"}
)


def check(exercise: str, number: int, holds: bool, found: Counterexample | None = None) -> CheckResult:
    return CheckResult(
        name=f"law_{number}",
        law=f"Law {number} of {exercise} holds.",
        visibility="hidden" if number == 1 else "public",
        weight=1.0,
        verdict="holds" if holds else "falsified",
        examples=20,
        message="" if holds else f"{exercise} is off by {number}.",
        counterexample=None if holds else found,
        credit=float(holds),
    )


def score_of(student: str, ability: float, dice: random.Random) -> Score:
    """Whoever is able keeps more laws; some make the frequent mistake, all of them with the same smallest input."""
    exercises = []
    for name, (worth, laws) in EXERCISES.items():
        checks = [check(name, number, dice.random() < 0.4 + ability) for number in range(laws)]
        if name == "prototypes" and dice.random() < 0.3:
            checks[0] = check(name, 0, False, FREQUENT)
        points = round(worth * sum(each.credit for each in checks) / laws, 4)
        blame: Blame | None = None if points == worth else "student"
        exercises.append(ExerciseResult(name, points, worth, blame, tuple(checks)))
    written = ExerciseResult("written", 0.0, 2.0, None, manual=True)
    total = round(sum(each.points for each in exercises), 4)
    return Score(
        *("made_up", student, "pending", total, 12.0, 2.0, 7, "none", "cpu", {}),
        exercises=(*exercises, written),
    )


def write_class(course: Path, scores: list[Score], pages: bool = True) -> None:
    """Results, timings and (empty) staff pages."""
    for at, score in enumerate(scores):
        place = course / ".autograder" / "results" / score.student / "made_up.json"
        place.parent.mkdir(parents=True)
        place.write_text(to_json(score), encoding="utf-8")
        times = course / ".autograder" / "timings" / score.student / "made_up.json"
        times.parent.mkdir(parents=True)
        times.write_text(json.dumps({"total": 1.0 + at % 7, "cells": 0.5}), encoding="utf-8")
        if pages:
            page = course / ".autograder" / "pages" / "made_up" / "staff" / f"{score.student}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("<title>page</title>", encoding="utf-8")


def made_up_class(size: int, seed: int = 5) -> list[Score]:
    dice = random.Random(seed)
    return [score_of(f"student-{at:03d}", dice.random() * 0.6, dice) for at in range(size)]
