"""Staff's laws of `label_probabilities`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.matching.probabilities import (
    LARGE,
    Votes,
    label_probabilities,
    probabilities_of,
    votes,
)
from autograder.hidden.arrays import on_arrays
from autograder.laws import Law, Points, Violation, check, close, gives, points, tolerances, values
from reference import matching, prototypical


@check(label_probabilities, drawn=points(min_classes=2), examples=50)
def one_shot_is_the_prototypical_network(drawn: Points) -> Law:
    """With one shot and the negative squared distance as similarity, this is the prototypical network."""
    similarities = on_arrays(matching.negative_squared_distances, *drawn.pair)
    labels = 2 * np.arange(len(drawn.prototypes), dtype=np.int64) - 3
    expected = on_arrays(prototypical.class_probabilities, *drawn.pair)
    within = 2 * tolerances.of_probability(*drawn.pair)
    return gives(
        label_probabilities(similarities, labels), expected, within, "probabilities", of=probabilities_of
    )


@check(label_probabilities, drawn=votes(least=2), step=st.sampled_from([0.5, 1.0, -2.0]), examples=40)
def log_odds_of_two_shots_are_the_difference(drawn: Votes, step: float) -> Law:
    """With one shot of each class, raising the similarity of one by a raises its log-odds by a."""
    shots = [int(np.argmax(drawn.labels == k)) for k in drawn.classes]
    alone = Votes(drawn.similarities[:, shots], drawn.classes)
    raised = Votes(alone.similarities + step * (np.arange(len(shots)) == 0), drawn.classes)

    def judge(before: Any, after: Any) -> Violation | None:
        with np.errstate(divide="ignore"):
            one, other = (np.log(values(out[0])) for out in (before, after))
        return close(other[:, 0] - other[:, 1], one[:, 0] - one[:, 1] + step, 1e-9, "the log-odds", call=1)

    return Law((alone.call(), raised.call()), judge)


@check(label_probabilities, drawn=votes(), also=LARGE, weight=2, direct=True)
def agrees_with_the_reference(drawn: Votes) -> Law:
    """The probabilities are the right ones."""
    expected = np.exp(on_arrays(matching.log_probabilities, drawn.similarities, drawn.labels)[0])
    return gives(drawn.call(), expected, 2 * drawn.bound, "probabilities", of=probabilities_of)
