from __future__ import annotations

import math
from typing import get_args

import pytest

from autograder.feedback.phrases import (
    FAULT,
    FAULT_FOR_STAFF,
    MARKS,
    PLAINLY,
    counts,
    is_broken,
    mark_of,
    points,
    share,
    weighed,
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


# --- how laws became points


def law(
    weight: float = 1.0, credit: float = 0.0, essential: bool = False, verdict: Verdict = "holds"
) -> CheckResult:
    return CheckResult("a", "It is so.", "public", weight, verdict, credit=credit, essential=essential)


HELD, BROKEN = law(credit=1.0), law(verdict="falsified")
ESSENTIAL = law(verdict="falsified", essential=True)
HALF = "that at most half of the points can be earned"


@pytest.mark.parametrize(
    ("checks", "earned", "said"),
    [
        ([HELD, HELD], 4.0, ""),
        ([HELD, BROKEN, HELD], 2.6667, "2 of 3 laws hold. By weight that gives 2.67 of 4 points."),
        ([HELD, law(credit=0.5)], 3.0, "1 of 2 laws holds, 1 in part. By weight that gives 3 of 4 points."),
        (
            [HELD, ESSENTIAL],
            1.0,
            f"1 of 2 laws holds. An essential law does not hold, so {HALF}: 1 of 4 points, by weight.",
        ),
        (
            [HELD, HELD, ESSENTIAL, ESSENTIAL],
            1.0,
            f"2 of 4 laws hold. 2 essential laws do not hold, so {HALF}: 1 of 4 points, by weight.",
        ),
        (
            [HELD, law(verdict="skipped", essential=True)],
            1.0,
            f"1 of 2 laws holds. An essential law was not looked at, so {HALF}: 1 of 4 points, by weight.",
        ),
        ([ESSENTIAL, BROKEN], 0.0, ""),  # 0 of 4 points says it
        ([], 0.0, ""),
    ],
)
def test_how_laws_became_points(checks: list[CheckResult], earned: float, said: str) -> None:
    assert weighed(checks, earned, 4.0) == said


def test_without_points_only_an_essential_law_is_told() -> None:
    assert weighed([HELD, ESSENTIAL], 0.0, 0.0) == f"An essential law does not hold, so {HALF}."
    assert weighed([HELD, BROKEN], 0.0, 0.0) == weighed([HELD], 0.0, 0.0) == ""


@pytest.mark.parametrize(
    ("weight", "said"), [(1, ""), (2, "counts twice"), (3, "counts 3 times"), (0.5, "counts half")]
)
def test_what_a_law_weighs_is_said_in_words(weight: float, said: str) -> None:
    assert counts(weight) == said
