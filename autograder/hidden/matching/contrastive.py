"""Staff's laws of `contrastive_losses`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.matching.contrastive import LARGE, Pairs, contrastive_losses, pairs
from autograder.hidden.arrays import gradients, on_arrays
from autograder.laws import Law, Returned, Violation, check, close, differentiated, gives, homogeneous, values
from reference import siamese


@check(contrastive_losses, drawn=pairs(), factor=st.sampled_from([2.0, 0.5, 3.0]), examples=50)
def same_pairs_cost_the_square(drawn: Pairs, factor: float) -> Law:
    """A pair of one class that is a times as far apart costs a * a times as much."""
    near = replace(drawn, same=np.ones_like(drawn.same))
    far = replace(near, second=near.first + factor * (near.second - near.first))
    bound = factor**2 * near.bound + far.bound
    return homogeneous(near.call(), far.call(), factor**2, bound, "losses", of=values)


@check(contrastive_losses, drawn=pairs(), also=LARGE, weight=3, direct=True, essential=True)
def agrees_with_the_reference(drawn: Pairs) -> Law:
    """The losses are the right ones."""
    distances = on_arrays(siamese.euclidean_distances, drawn.first, drawn.second)
    expected = on_arrays(siamese.contrastive_losses, distances, drawn.same, drawn.margin)
    return gives(drawn.call(), expected, 2 * drawn.bound + drawn.guarded, "losses")


@check(contrastive_losses, drawn=pairs(), examples=40, weight=2)
def gradients_are_right(drawn: Pairs) -> Law:
    """Embeddings of one class are drawn together, those of two are pushed apart, by the right gradients."""
    apart = drawn.first.copy()
    apart[:, 0] += drawn.margin / 4
    case = replace(drawn, second=apart)

    def total(one: Any, other: Any) -> Any:
        import torch

        distances = siamese.euclidean_distances(one, other)
        return siamese.contrastive_losses(distances, torch.from_numpy(case.same), case.margin).sum()

    expected = dict(zip(("first", "second"), gradients(total, case.first, case.second), strict=True))

    def judge(outcome: Returned) -> Violation | None:
        for name, right in expected.items():
            gradient = outcome.gradients.get(name)
            if gradient is None:
                return Violation(f"No gradient reaches {name}.", "no gradient", "a gradient")
            broken = close(gradient, right, 1e-4 * (1.0 + np.abs(right).max()), f"the gradient of {name}")
            if broken is not None:
                return broken
        return None

    return Law((differentiated(case.call(), "first", "second"),), judge, outcomes=True)
