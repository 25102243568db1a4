"""`matching_loss(embed, support_x, support_y, query_x, query_y) -> (loss, accuracy)`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Episode,
    Fixture,
    Law,
    Returned,
    Violation,
    check,
    close,
    episodes,
    eps,
    first,
    follows_its_inputs,
    forms,
    function,
    grids,
    invariant,
    large_episode,
    like_a_function,
    not_finite,
    tolerances,
    values,
    watching,
)

READ = "Exercise 5 of this notebook; Vinyals et al. (2016), section 2.2; lecture, matching networks"

UNCHANGED = Fixture("unchanged")


ARGUMENTS = ("embed", "support_x", "support_y", "query_x", "query_y")
matching_loss = function("matching_loss", *ARGUMENTS, form=forms.loss_and_accuracy)
anything = function("matching_loss", *ARGUMENTS)


def within(episode: Episode) -> float:
    """Cosines lie in [-1, 1], so no probability is small: errors of some eps, and what keeps a length from 0."""
    size = 8 + len(episode.support_y) + episode.support_x.shape[1]
    guards = tolerances.of_direction(episode.support_x, episode.query_x)
    return 64.0 * eps(episode.support_x) * size + 2.0 * guards + 1e-6


def directed(**options: Any) -> st.SearchStrategy[Episode]:
    """Draw episodes in which every input has a direction; balanced: that counts may differ is a law of its own."""
    return episodes(**{"balanced": True, "min_features": 2, **options}, nonzero=True)


LARGE = ({"drawn": large_episode(10, 5, 5, 64)},)


@check(matching_loss, precondition=True, drawn=directed(plain=True), examples=20)
def runs_and_returns_loss_and_accuracy(drawn: Episode) -> Law:
    """The function is there, runs, and returns a finite loss (a tensor without dimensions) and an accuracy."""
    call = anything(UNCHANGED, *drawn.parts)
    return Law((call,), lambda out: forms.loss_and_accuracy(out, call) or not_finite(out[0], "loss"))


@st.composite
def reordered(draw: st.DrawFn) -> tuple[Episode, Episode]:
    case = draw(directed())
    s, q = (list(draw(st.permutations(range(len(y))))) for y in (case.support_y, case.query_y))
    return case, Episode(case.support_x[s], case.support_y[s], case.query_x[q], case.query_y[q])


@check(matching_loss, drawn=reordered(), examples=50)
def item_order_does_not_matter(drawn: tuple[Episode, Episode]) -> Law:
    """Loss and accuracy do not depend on the order of the support items or of the query items."""
    return _same_loss(*drawn)


SMALL, LARGE_NAMES = [-7, 2, 3, 11], [-(2**40) - 1, -(2**40), 2**40, 2**40 + 1]


@check(
    matching_loss,
    drawn=directed(),
    names=st.one_of(st.permutations(SMALL), st.permutations(LARGE_NAMES)),
    examples=50,
)
def labels_are_only_names(drawn: Episode, names: list[int]) -> Law:
    """Renaming the classes, in support and query together, does not change the loss."""
    classes, new = np.unique(drawn.support_y), np.array(names, dtype=np.int64)
    named = [new[np.searchsorted(classes, y)] for y in (drawn.support_y, drawn.query_y)]
    return _same_loss(drawn, replace(drawn, support_y=named[0], query_y=named[1]))


@check(matching_loss, drawn=directed(), scale=st.sampled_from([0.25, 5.0]), examples=40)
def lengths_of_embeddings_do_not_matter(drawn: Episode, scale: float) -> Law:
    """Only the directions of the embeddings count, not their lengths."""
    return _same_loss(
        drawn, replace(drawn, support_x=scale * drawn.support_x, query_x=scale**2 * drawn.query_x)
    )


def _same_loss(case: Episode, other: Episode) -> Law:
    calls = (matching_loss(UNCHANGED, *case.parts), matching_loss(UNCHANGED, *other.parts))
    return invariant(*calls, within(case) + within(other), "loss", of=lambda out: out[0])


@st.composite
def scored_episodes(draw: st.DrawFn) -> tuple[Episode, float]:
    """Classes in orthogonal directions, and queries of which a known share carries the label of their direction."""
    ways, shots = draw(st.integers(2, 4)), draw(st.integers(1, 2))
    labels = np.array(
        draw(st.lists(st.integers(-4, 20), min_size=ways, max_size=ways, unique=True)), dtype=np.int64
    )
    named = list(draw(st.permutations(draw(st.integers(1, 2)) * list(range(ways)))))
    lies = draw(st.lists(st.integers(0, ways - 1), min_size=len(named), max_size=len(named)))
    hits = float(np.mean(np.array(lies) == np.array(named)))
    axes = np.eye(4)
    case = Episode(
        np.repeat(2 * axes[:ways], shots, 0), np.repeat(labels, shots), axes[lies] + 0.125, labels[named]
    )
    return case, hits


@check(matching_loss, drawn=scored_episodes(), examples=50, weight=2)
def accuracy_is_the_share_of_hits(drawn: tuple[Episode, float]) -> Law:
    """The accuracy is the fraction, between 0 and 1, of the queries whose label is the most probable one."""
    case, share = drawn

    def judge(out: Any) -> Violation | None:
        return close(values(out[1]), np.array(share), 1e-5, "accuracy")

    return Law((matching_loss(UNCHANGED, *case.parts),), judge)


@st.composite
def voted_episodes(draw: st.DrawFn) -> Episode:
    """Two classes of equally many items. Of one, a single item lies nearest to a query, and the others lie opposite; the other class has
    all its items almost as near."""
    shots, near = draw(st.integers(2, 3)), draw(st.sampled_from([0.9, 0.8, 0.7]))
    names = np.array(draw(st.lists(st.integers(-4, 20), min_size=2, max_size=2, unique=True)), dtype=np.int64)
    axis, other = np.eye(2)
    lonely = np.stack([axis, *[-axis] * (shots - 1)])
    voters = np.stack([near * axis + (1 - near**2) ** 0.5 * other] * shots)
    times = draw(st.integers(1, 2))
    return Episode(
        np.concatenate([lonely, voters]),
        np.repeat(names, shots),
        np.repeat(np.stack([-axis, axis]), times, 0),
        np.repeat(names, times),
    )


@check(matching_loss, drawn=voted_episodes(), examples=20)
def votes_decide_about_hits(drawn: Episode) -> Law:
    """A query's most probable class is the one with the most votes, also where the single most similar item is of another one."""

    def judge(out: Any) -> Violation | None:
        return close(values(out[1]), np.array(1.0), 1e-5, "accuracy")

    return Law((matching_loss(UNCHANGED, *drawn.parts),), judge)


@st.composite
def parted(draw: st.DrawFn) -> tuple[Episode, Episode, Episode]:
    """A balanced episode, and its queries in two parts."""
    whole = draw(directed())
    q = len(whole.query_y)
    cut, order = draw(st.integers(1, q - 1)), draw(st.permutations(range(q)))
    some, others = (
        replace(whole, query_x=whole.query_x[of], query_y=whole.query_y[of])
        for of in (order[:cut], order[cut:])
    )
    return whole, some, others


@check(matching_loss, drawn=parted(), examples=40)
def classes_may_differ_in_their_queries(drawn: tuple[Episode, Episode, Episode]) -> Law:
    """Classes may differ in their numbers of queries, and a class may have none: loss and accuracy of all queries are the means over
    those of two parts."""
    whole, some, others = drawn
    shares = np.array([len(part.query_y) for part in (some, others)]) / len(whole.query_y)

    def judge(together: Any, *parts: Any) -> Violation | None:
        broken = []
        for i, (what, tolerance) in enumerate((("loss", 2 * within(whole)), ("accuracy", 1e-5))):
            mean = sum(share * values(out[i]) for share, out in zip(shares, parts, strict=True))
            told = f"{what}, averaged over both parts,"
            why = ", as for all queries together"
            broken.append(close(mean, values(together[i]), tolerance, told, why=why, call=1))
        return first(*broken)

    return Law(tuple(matching_loss(UNCHANGED, *each.parts) for each in drawn), judge)


@check(matching_loss, drawn=directed(), training=st.booleans(), examples=20)
def inputs_and_mode_stay(drawn: Episode, training: bool) -> Law:
    """The inputs are not changed, and a network that serves as `embed` stays in training or evaluation mode."""
    weight = np.linspace(-1.0, 1.0, 12).reshape(4, 3).astype(np.float32)
    images = [
        np.resize(x, (len(x), 1, 2, 2)).astype(np.float32) + 0.125 for x in (drawn.support_x, drawn.query_x)
    ]
    net = Fixture("linear_net", {"weight": weight, "training": training})
    call = watching(
        matching_loss(net, images[0], drawn.support_y, images[1], drawn.query_y), "inputs", "embed"
    )

    def judge(outcome: Returned) -> Violation | None:
        changed = [
            Violation(f"The call changed its argument {name}.", "other values", "the same")
            for name in outcome.modified
        ]
        state = outcome.states.get("embed")
        mode = state.get("training") if isinstance(state, dict) else None
        moved = Violation("The mode of embed changed.", f"training: {mode}", f"training: {training}")
        return first(*changed, moved if mode != training else None)

    return Law((call,), judge, outcomes=True)


@check(matching_loss, drawn=directed(), matrix=grids(3, 3, bound=1.0), training=st.booleans(), examples=30)
def a_network_is_like_a_function(drawn: Episode, matrix: np.ndarray, training: bool) -> Law:
    """A network as `embed` has the loss and the accuracy of a function that makes the same embeddings, and its weights get the
    gradient that belongs to them."""
    case = replace(
        drawn, support_x=drawn.support_x.astype(np.float32), query_x=drawn.query_x.astype(np.float32)
    )
    d = case.support_x.shape[1]
    weight = (matrix + 4.0 * np.eye(3))[:d, :d].astype(np.float32)  # takes no vector's length
    seen = replace(case, support_x=case.support_x @ weight, query_x=case.query_x @ weight)
    return like_a_function(matching_loss, case, weight, training, within(seen))


@check(matching_loss, gpu=True, drawn=directed(plain=True), network=st.booleans(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Episode, network: bool) -> Law:
    """The loss lies where the inputs and the network lie: on a GPU, or on the CPU."""
    d = drawn.support_x.shape[1]
    embed = Fixture("linear_net", {"weight": np.eye(d)}) if network else UNCHANGED
    return follows_its_inputs(matching_loss(embed, *drawn.parts), 2 * within(drawn), "loss", output=0)
