"""What exercises are about, on inputs that hide no difficulty: essential laws, which no slip at an edge breaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.matching.loss import UNCHANGED, matching_loss
from autograder.checks.matching.probabilities import Votes, label_probabilities, votes
from autograder.hidden.arrays import on_arrays
from autograder.hidden.matching.loss import right_loss
from autograder.laws import Episode, Law, Violation, check, close, episodes, gives, tolerances, values
from reference import matching


def plain(drawn: Votes) -> Votes:
    """The same, with classes 0, 1, 2 ..."""
    return Votes(drawn.similarities, np.searchsorted(drawn.classes, drawn.labels))


@check(label_probabilities, drawn=votes(least=2).map(plain), examples=30, weight=3, essential=True)
def plain_labels_have_the_right_probabilities(drawn: Votes) -> Law:
    """With classes 0, 1, 2 ... the probabilities are right to about three digits."""
    expected = np.exp(on_arrays(matching.log_probabilities, drawn.similarities, drawn.labels)[0])

    def judge(out: Any) -> Violation | None:
        found = values(out[0])[
            :, np.argsort(values(out[1]), kind="stable")
        ]  # their order is another law's question
        return close(found, expected, tolerances.IN_GENERAL, "probabilities")

    return Law((drawn.call(),), judge)


@check(matching_loss, drawn=episodes(plain=True, nonzero=True), examples=30, weight=3, essential=True)
def plain_episodes_have_the_right_loss(drawn: Episode) -> Law:
    """With classes 0, 1, 2 ... the loss is right to about three digits."""
    expected = on_arrays(right_loss, *drawn.parts)
    within = tolerances.IN_GENERAL * (1.0 + float(expected))
    return gives(matching_loss(UNCHANGED, *drawn.parts), expected, within, "loss", of=lambda out: out[0])
