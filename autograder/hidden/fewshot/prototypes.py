"""Staff's laws of `class_prototypes`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.fewshot.prototypes import LARGE, balanced_sets, class_prototypes, plane
from autograder.hidden.arrays import on_arrays
from autograder.laws import (
    Law,
    Returned,
    SupportSet,
    Violation,
    check,
    close,
    differentiated,
    tolerances,
)
from reference import prototypical


@check(class_prototypes, support=balanced_sets(), row=st.integers(0, 3), examples=60, weight=2)
def gradient_is_shared_equally(support: SupportSet, row: int) -> Law:
    """A prototype's gradient is shared equally by the points of its own class, and reaches no other point."""
    classes = support.classes
    which = row % len(classes)
    cotangent = np.zeros((len(classes), support.embeddings.shape[1]))
    cotangent[which] = 1.0
    mine = support.labels == classes[which]
    expected = np.where(mine, 1.0 / mine.sum(), 0.0)[:, None] * np.ones(support.embeddings.shape[1])
    call = differentiated(class_prototypes(*support.pair), "embeddings", output=0, cotangent=cotangent)

    def judge(outcome: Returned) -> Violation | None:
        gradient = outcome.gradients.get("embeddings")
        if gradient is None:
            return Violation(
                "No gradient reaches the embeddings.",
                "no gradient",
                "a gradient for every point of the class",
            )
        return close(gradient, expected, 1e-9 + tolerances.IN_A_LENGTH, "the gradient")

    return Law((call,), judge, outcomes=True)


@check(class_prototypes, support=balanced_sets(features=2), also=LARGE, direct=True, weight=2)
def agrees_with_the_reference(support: SupportSet) -> Law:
    """The prototypes are the right ones."""
    expected = on_arrays(prototypical.class_prototypes, *support.pair)[0]

    def judge(out: Any) -> Violation | None:
        broken = close(out[0], expected, 2 * tolerances.of_prototype(support.embeddings), "prototypes")
        return broken and replace(broken, picture=plane(support, out[0], expected))

    return Law((class_prototypes(*support.pair),), judge)
