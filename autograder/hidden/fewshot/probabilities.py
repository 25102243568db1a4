"""Staff's laws of `class_probabilities`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.fewshot.probabilities import LARGE, class_probabilities, log_odds
from autograder.hidden.arrays import on_arrays
from autograder.laws import (
    Law,
    Points,
    Violation,
    check,
    close,
    gives,
    grids,
    homogeneous,
    points,
    tolerances,
    values,
)
from reference import prototypical


@check(
    class_probabilities,
    drawn=points(min_classes=2, max_features=3, bound=1.0),
    scale=st.sampled_from([0.5, 2.0, 3.0]),
)
def scaling_multiplies_log_odds_by_its_square(drawn: Points, scale: float) -> Law:
    """Points that are a times as far apart have log-odds that are a * a times as large."""
    far = Points(scale * drawn.queries, scale * drawn.prototypes)
    bound = scale**2 * tolerances.of_log_odds(*drawn.pair) + tolerances.of_log_odds(*far.pair)
    return homogeneous(
        class_probabilities(*drawn.pair),
        class_probabilities(*far.pair),
        scale**2,
        bound,
        "the log-odds",
        of=log_odds,
    )


@check(class_probabilities, query=grids(1), prototypes=grids(2))
def log_odds_on_a_line(query: np.ndarray, prototypes: np.ndarray) -> Law:
    """For two prototypes on a line, the log-odds have a known value."""
    case = Points(query[None] / 2, prototypes[:, None] / 2)
    a, b = case.prototypes[:, 0]
    expected = np.array([[0.0, (case.queries[0, 0] - a) ** 2 - (case.queries[0, 0] - b) ** 2]])
    return gives(
        class_probabilities(*case.pair),
        expected,
        tolerances.of_log_odds(*case.pair),
        "the log-odds",
        of=log_odds,
    )


@check(class_probabilities, drawn=points(), also=LARGE, direct=True, weight=3, essential=True)
def agrees_with_the_reference(drawn: Points) -> Law:
    """The probabilities are the right ones."""
    expected = on_arrays(prototypical.class_probabilities, *drawn.pair)

    def judge(out: Any) -> Violation | None:
        broken = close(out, expected, 2 * tolerances.of_probability(*drawn.pair), "probabilities")
        picture = {"kind": "rows", "returned": values(out).tolist(), "expected": expected.tolist()}
        return broken and replace(broken, picture=picture)

    return Law((class_probabilities(*drawn.pair),), judge)
