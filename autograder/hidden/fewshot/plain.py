"""What exercises are about, on inputs that hide no difficulty: essential laws, which no slip at an edge breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.fewshot.loss import UNCHANGED, episode_loss
from autograder.checks.fewshot.prototypes import class_prototypes, plane
from autograder.hidden.arrays import on_arrays
from autograder.hidden.fewshot.oracle import episode_loss as right_loss
from autograder.laws import (
    Episode,
    Law,
    SupportSet,
    Violation,
    check,
    close,
    episodes,
    gives,
    grids,
    tolerances,
    values,
)
from reference import prototypical


@st.composite
def plain_sets(draw: st.DrawFn) -> SupportSet:
    """Classes 0, 1, 2 ... with equally many points, two or more, in the plane, in any order."""
    classes, shots = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    labels = np.array(draw(st.permutations([*range(classes)] * shots)), dtype=np.int64)
    return SupportSet(draw(grids(len(labels), 2)), labels)


@check(class_prototypes, support=plain_sets(), examples=30, weight=3, essential=True)
def plain_sets_have_the_right_prototypes(support: SupportSet) -> Law:
    """With classes 0, 1, 2 ... and equally many points in each, two or more, the prototypes are right to about three digits."""
    expected = on_arrays(prototypical.class_prototypes, *support.pair)[0]
    within = tolerances.IN_GENERAL * float(np.abs(support.embeddings).max())

    def judge(out: Any) -> Violation | None:
        found = values(out[0])[
            np.argsort(values(out[1]), kind="stable")
        ]  # their order is another law's question
        broken = close(found, expected, within, "prototypes")
        return broken and replace(broken, picture=plane(support, found, expected))

    return Law((class_prototypes(*support.pair),), judge)


@check(episode_loss, drawn=episodes(plain=True), examples=30, weight=3, essential=True)
def plain_episodes_have_the_right_loss(drawn: Episode) -> Law:
    """With classes 0, 1, 2 ... the loss is right to about three digits."""
    expected = on_arrays(right_loss, *drawn.parts)
    within = tolerances.IN_GENERAL * (1.0 + float(expected))
    return gives(episode_loss(UNCHANGED, *drawn.parts), expected, within, "loss", of=lambda out: out[0])
