"""Staff's laws of `matching_loss`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.checks.matching.loss import LARGE, UNCHANGED, directed, matching_loss, within
from autograder.hidden.arrays import gradients, on_arrays
from autograder.laws import (
    Episode,
    Fixture,
    Law,
    Returned,
    Violation,
    check,
    close,
    differentiated,
    gives,
    grids,
)
from reference import matching


def right_loss(support_x: Any, support_y: Any, query_x: Any, query_y: Any) -> torch.Tensor:
    """The loss of an episode whose inputs are their own embeddings."""
    loss: torch.Tensor = matching.episode_loss(lambda x: x, support_x, support_y, query_x, query_y)[0]
    return loss


@check(
    matching_loss,
    drawn=directed(),
    weight_matrix=grids(3, 3, bound=1.0),
    mapped=st.booleans(),
    also=[{**each, "weight_matrix": np.eye(3), "mapped": False} for each in LARGE],
    weight=2,
    direct=True,
)
def loss_is_the_mean_negative_log_probability(drawn: Episode, weight_matrix: np.ndarray, mapped: bool) -> Law:
    """The loss is the mean negative log-probability of the query labels, for embeddings that `embed` makes."""
    d = drawn.support_x.shape[1]
    w = weight_matrix[:d] + 4.0 * np.eye(3)[:d] if mapped else np.eye(d)  # takes no vector's length
    embed = Fixture("linear_map", {"weight": w}) if mapped else UNCHANGED
    seen = Episode(drawn.support_x @ w, drawn.support_y, drawn.query_x @ w, drawn.query_y)
    expected = on_arrays(right_loss, *seen.parts)

    def judge(out: Any) -> Violation | None:
        return close(out[0], expected, 2 * within(seen), "loss")

    return Law((matching_loss(embed, *drawn.parts),), judge)


@st.composite
def uneven(draw: st.DrawFn) -> Episode:
    """As many queries of each class, and not as many support items."""
    drawn = draw(directed(balanced=False))
    query_y = np.repeat(np.unique(drawn.support_y), draw(st.integers(1, 2)))
    return replace(
        drawn, query_x=np.resize(drawn.query_x, (len(query_y), drawn.query_x.shape[1])), query_y=query_y
    )


@check(matching_loss, drawn=uneven(), examples=50)
def classes_may_differ_in_size(drawn: Episode) -> Law:
    """Where classes differ in their numbers of support items, the loss is the right one, too."""
    expected = on_arrays(right_loss, *drawn.parts)
    return gives(
        matching_loss(UNCHANGED, *drawn.parts), expected, 2 * within(drawn), "loss", of=lambda out: out[0]
    )


@check(matching_loss, drawn=directed(), examples=50, weight=2)
def gradient_flows_through_support_and_query(drawn: Episode) -> Law:
    """The gradient of the loss reaches support and query embeddings, and is the right one in both."""
    call = differentiated(matching_loss(UNCHANGED, *drawn.parts), "support_x", "query_x", output=0)
    support_y, query_y = torch.from_numpy(drawn.support_y), torch.from_numpy(drawn.query_y)
    expected = gradients(lambda s, q: right_loss(s, support_y, q, query_y), drawn.support_x, drawn.query_x)

    def judge(outcome: Returned) -> Violation | None:
        for name, right in zip(("support_x", "query_x"), expected, strict=True):
            gradient = outcome.gradients.get(name)
            if gradient is None:
                return Violation(f"No gradient reaches {name}.", "no gradient", "a gradient")
            within = 1e-4 * (1.0 + np.abs(right).max(initial=0.0))
            broken = close(gradient, right, within, f"the gradient of {name}")
            if broken is not None:
                return broken
        return None

    return Law((call,), judge, outcomes=True)
