"""Staff's laws of `episode_loss`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.fewshot.loss import LARGE, UNCHANGED, balanced_episodes, episode_loss, within
from autograder.hidden.arrays import gradients, on_arrays
from autograder.hidden.fewshot.oracle import episode_loss as right_loss
from autograder.laws import (
    Episode,
    Fixture,
    Law,
    Returned,
    Violation,
    check,
    close,
    differentiated,
    grids,
)


@check(
    episode_loss,
    drawn=balanced_episodes(max_features=2),
    weight_matrix=grids(2, 3, bound=1.0),
    mapped=st.booleans(),
    also=[{**each, "weight_matrix": np.zeros((2, 3)), "mapped": False} for each in LARGE],
    weight=2,
    direct=True,
)
def loss_is_the_mean_negative_log_probability(drawn: Episode, weight_matrix: np.ndarray, mapped: bool) -> Law:
    """The loss is the mean negative log-probability of the query labels, for embeddings that `embed` makes."""
    d = drawn.support_x.shape[1]
    w = weight_matrix[:d] if mapped else np.eye(d)
    embed = Fixture("linear_map", {"weight": w}) if mapped else UNCHANGED
    seen = Episode(drawn.support_x @ w, drawn.support_y, drawn.query_x @ w, drawn.query_y)
    expected = on_arrays(right_loss, *seen.parts)

    def judge(out: Any) -> Violation | None:
        return close(out[0], expected, 2 * within(seen), "loss")

    return Law((episode_loss(embed, *drawn.parts),), judge)


@check(episode_loss, drawn=balanced_episodes(bound=1.0), examples=60, weight=2)
def gradient_flows_through_support_and_query(drawn: Episode) -> Law:
    """The gradient of the loss reaches support and query embeddings, and is the right one in both."""
    call = differentiated(episode_loss(UNCHANGED, *drawn.parts), "support_x", "query_x", output=0)
    labels = [np.asarray(part) for part in (drawn.support_y, drawn.query_y)]

    def of_inputs(support: Any, query: Any) -> Any:
        import torch

        support_y, query_y = (torch.from_numpy(part) for part in labels)
        return right_loss(support, support_y, query, query_y)

    expected = dict(
        zip(("support_x", "query_x"), gradients(of_inputs, drawn.support_x, drawn.query_x), strict=True)
    )

    def judge(outcome: Returned) -> Violation | None:
        for name, right in expected.items():
            gradient = outcome.gradients.get(name)
            if gradient is None:
                return Violation(f"No gradient reaches {name}.", "no gradient", "a gradient")
            broken = close(
                gradient, right, 1e-4 * (1.0 + np.abs(right).max(initial=0.0)), f"the gradient of {name}"
            )
            if broken is not None:
                return broken
        return None

    return Law((call,), judge, outcomes=True)
