"""`matching_loss(embed, support_x, support_y, query_x, query_y) -> (loss, accuracy)`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Broken,
    Law,
    close,
    described,
    eps,
    first,
    function,
    invariant,
    not_finite,
    tensor,
    values,
    watching,
)
from autograder.model import Call, Prop, Returned, Tensor
from autograder.registry import check
from autograder.strategies import grids

UNCHANGED = Prop("unchanged")


def is_pair(out: Any, call: Call) -> Broken | None:
    if not isinstance(out, tuple | list) or len(out) != 2:
        return Broken("The function has to return (loss, accuracy).", described(out), "a pair")
    return tensor(out[0], "loss", ()) or _no_number(out[1])


def _no_number(accuracy: Any) -> Broken | None:
    if isinstance(accuracy, Tensor):
        return tensor(accuracy, "accuracy", ())
    is_number = isinstance(accuracy, int | float) and not isinstance(accuracy, bool)
    wanted = "a float, or a tensor with no dimensions"
    return None if is_number else Broken("accuracy is no number.", described(accuracy), wanted)


ARGUMENTS = ("embed", "support_x", "support_y", "query_x", "query_y")
matching_loss = function("matching_loss", *ARGUMENTS, form=is_pair)
anything = function("matching_loss", *ARGUMENTS)


@dataclass(frozen=True, eq=False)
class Episode:
    """Support and query inputs, none of them of length 0, with their labels; every query label is in the support."""

    support_x: np.ndarray
    support_y: np.ndarray
    query_x: np.ndarray
    query_y: np.ndarray

    @property
    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return self.support_x, self.support_y, self.query_x, self.query_y

    @property
    def bound(self) -> float:
        """Cosines lie in [-1, 1], so no probability is small: errors of some eps, and what keeps a length from 0."""
        return 64.0 * eps(self.support_x) * (8 + len(self.support_y) + self.support_x.shape[1]) + 1e-6


@st.composite
def episodes(draw: st.DrawFn, *, plain: bool = False) -> Episode:
    """2 to 4 classes with labels of any integers (plain: 0, 1, ...), uneven counts, shuffled."""
    d = draw(st.integers(2, 3))
    names = draw(st.lists(st.integers(-4, 20), min_size=2, max_size=4, unique=True))
    classes = np.arange(len(names)) if plain else np.array(names, dtype=np.int64)
    shots = draw(st.lists(st.integers(1, 3), min_size=len(classes), max_size=len(classes)))
    support_y = np.repeat(classes, shots)[draw(st.permutations(range(sum(shots))))]
    query_y = classes[draw(st.lists(st.integers(0, len(classes) - 1), min_size=1, max_size=5))]
    support_x, query_x = (draw(grids(len(y), d, bound=1.5)) for y in (support_y, query_y))
    for x in (support_x, query_x):
        x[~x.any(1), 0] = 0.5
    return Episode(support_x, support_y, query_x, query_y)


def large(ways: int = 10, shots: int = 5, queries: int = 5, d: int = 64) -> Episode:
    source = np.random.default_rng(ways + shots + queries + d)
    names = 3 * source.permutation(ways).astype(np.int64) - 5
    support_y, query_y = (source.permutation(np.repeat(names, n)) for n in (shots, queries))
    return Episode(
        source.normal(size=(len(support_y), d)), support_y, source.normal(size=(len(query_y), d)), query_y
    )


LARGE = ({"drawn": large()},)


@check(matching_loss, ladder=True, drawn=episodes(plain=True), examples=20)
def runs_and_returns_loss_and_accuracy(drawn: Episode) -> Law:
    """The function is there, runs, and returns a finite loss (a tensor without dimensions) and an accuracy."""
    call = anything(UNCHANGED, *drawn.parts)
    return Law((call,), lambda out: is_pair(out, call) or not_finite(out[0], "loss"))


@st.composite
def reordered(draw: st.DrawFn) -> tuple[Episode, Episode]:
    case = draw(episodes())
    s, q = (list(draw(st.permutations(range(len(y))))) for y in (case.support_y, case.query_y))
    return case, Episode(case.support_x[s], case.support_y[s], case.query_x[q], case.query_y[q])


@check(matching_loss, drawn=reordered(), examples=50)
def item_order_does_not_matter(drawn: tuple[Episode, Episode]) -> Law:
    """Loss and accuracy do not depend on the order of the support items or of the query items."""
    return _same_loss(*drawn)


@check(matching_loss, drawn=episodes(), names=st.permutations([-7, 2, 3, 11]), examples=50)
def labels_are_only_names(drawn: Episode, names: list[int]) -> Law:
    """Renaming the classes, in support and query together, does not change the loss."""
    classes, new = np.unique(drawn.support_y), np.array(names, dtype=np.int64)
    named = [new[np.searchsorted(classes, y)] for y in (drawn.support_y, drawn.query_y)]
    return _same_loss(drawn, replace(drawn, support_y=named[0], query_y=named[1]))


@check(matching_loss, drawn=episodes(), scale=st.sampled_from([0.25, 5.0]), examples=40)
def lengths_of_embeddings_do_not_matter(drawn: Episode, scale: float) -> Law:
    """Only the directions of the embeddings count, not their lengths."""
    return _same_loss(
        drawn, replace(drawn, support_x=scale * drawn.support_x, query_x=scale**2 * drawn.query_x)
    )


def _same_loss(case: Episode, other: Episode) -> Law:
    calls = (matching_loss(UNCHANGED, *case.parts), matching_loss(UNCHANGED, *other.parts))
    return invariant(*calls, case.bound + other.bound, "loss", of=lambda out: out[0])


@st.composite
def scored_episodes(draw: st.DrawFn) -> tuple[Episode, float]:
    """Classes in orthogonal directions, and queries of which a known share carries the label of their direction."""
    ways, shots = draw(st.integers(2, 4)), draw(st.integers(1, 2))
    labels = np.array(
        draw(st.lists(st.integers(-4, 20), min_size=ways, max_size=ways, unique=True)), dtype=np.int64
    )
    lies = draw(st.lists(st.integers(0, ways - 1), min_size=1, max_size=6))
    named = draw(st.lists(st.integers(0, ways - 1), min_size=len(lies), max_size=len(lies)))
    hits = float(np.mean(np.array(lies) == np.array(named)))
    axes = np.eye(4)
    case = Episode(
        np.repeat(2 * axes[:ways], shots, 0), np.repeat(labels, shots), axes[lies] + 0.125, labels[named]
    )
    return case, hits


@check(matching_loss, drawn=scored_episodes(), examples=50)
def accuracy_is_the_share_of_hits(drawn: tuple[Episode, float]) -> Law:
    """The accuracy is the fraction, between 0 and 1, of the queries whose label is the most probable one."""
    case, share = drawn

    def judge(out: Any) -> Broken | None:
        return close(values(out[1]), np.array(share), 1e-5, "accuracy")

    return Law((matching_loss(UNCHANGED, *case.parts),), judge)


@check(matching_loss, drawn=episodes(), training=st.booleans(), examples=20)
def inputs_and_mode_stay(drawn: Episode, training: bool) -> Law:
    """The inputs are not changed, and a network that serves as `embed` stays in training or evaluation mode."""
    weight = np.linspace(-1.0, 1.0, 12).reshape(4, 3).astype(np.float32)
    images = [
        np.resize(x, (len(x), 1, 2, 2)).astype(np.float32) + 0.125 for x in (drawn.support_x, drawn.query_x)
    ]
    net = Prop("linear_net", {"weight": weight, "training": training})
    call = watching(
        matching_loss(net, images[0], drawn.support_y, images[1], drawn.query_y), "inputs", "embed"
    )

    def judge(outcome: Returned) -> Broken | None:
        changed = [
            Broken(f"The call changed its argument {name}.", "other values", "the same")
            for name in outcome.modified
        ]
        state = outcome.states.get("embed")
        mode = state.get("training") if isinstance(state, dict) else None
        moved = Broken("The mode of embed changed.", f"training: {mode}", f"training: {training}")
        return first(*changed, moved if mode != training else None)

    return Law((call,), judge, outcomes=True)
