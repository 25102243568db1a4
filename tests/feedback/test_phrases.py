from __future__ import annotations

import math
from typing import get_args

import pytest

from autograder.feedback.phrases import (
    FAULT,
    FAULT_FOR_STAFF,
    MARKS,
    PLAINLY,
    is_broken,
    mark_of,
    points,
    share,
)
from autograder.model import Blame, CheckResult, Verdict


def test_every_verdict_and_every_blame_has_its_words() -> None:
    verdicts, blames = set(get_args(Verdict)), set(get_args(Blame))
    assert set(MARKS) == set(PLAINLY) == verdicts
    assert set(FAULT) == set(FAULT_FOR_STAFF) == blames
    assert all(mark.symbol and mark.word for mark in MARKS.values())


@pytest.mark.parametrize(
    ("value", "out_of", "expected"),
    [
        (4.0, 4.0, "4"),
        (0.0, 4.0, "0"),
        (-0.0, 4.0, "0"),
        (2.5, 4.0, "2.5"),
        (10 / 3, 4.0, "3.33"),
        (3.999, 4.0, "3.99"),  # never all of them by rounding
        (math.nan, 4.0, "?"),
        (math.inf, 4.0, "?"),
        (None, 4.0, "\N{EN DASH}"),
    ],
)
def test_points(value: float | None, out_of: float, expected: str) -> None:
    assert points(value, out_of) == expected


@pytest.mark.parametrize(
    ("value", "out_of", "expected"),
    [(1, 4, 0.25), (5, 4, 1), (-1, 4, 0), (1, 0, 0), (math.nan, 4, 0), (None, 4, 0)],
)
def test_share_stays_between_zero_and_one(value: float | None, out_of: float, expected: float) -> None:
    assert share(value, out_of) == expected


def test_a_part_of_the_credit_is_neither_broken_nor_held() -> None:
    check = CheckResult("accuracy", "Accuracy earns the points.", "public", 1.0, "falsified", credit=0.5)
    assert mark_of(check).word == "partly"
    assert not is_broken(check)
    assert is_broken(CheckResult("accuracy", "", "public", 1.0, "falsified"))
