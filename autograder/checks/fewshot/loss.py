"""`episode_loss(embed, support_x, support_y, query_x, query_y) -> (loss, accuracy)`."""

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

READ = (
    "Equation (3) in this notebook; Snell et al. (2017), algorithm 1, where J is updated; "
    "lecture, prototypical networks"
)

UNCHANGED = Fixture("unchanged")


episode_loss = function(
    "episode_loss", "embed", "support_x", "support_y", "query_x", "query_y", form=forms.loss_and_accuracy
)
anything = function("episode_loss", "embed", "support_x", "support_y", "query_x", "query_y")


def within(episode: Episode) -> float:
    """How far two right losses may differ: log-odds of queries to means that are rounded themselves."""
    reach = 1 + np.abs(episode.query_x).sum(-1).max(initial=0.0)
    means = 4 * tolerances.of_prototype(episode.support_x) * reach
    return 2 * tolerances.of_log_odds(episode.query_x, episode.support_x) + float(means)


LARGE = (
    {"drawn": large_episode(20, 5, 5, 64, scale=64**-0.5)},
    {"drawn": large_episode(5, 5, 15, 1600, scale=1600**-0.5)},
)


@check(episode_loss, precondition=True, drawn=episodes(plain=True), examples=30)
def runs_and_returns_loss_and_accuracy(drawn: Episode) -> Law:
    """The function is there, runs, and returns a finite loss (a tensor without dimensions) and an accuracy."""
    call = anything(UNCHANGED, *drawn.parts)

    def judge(out: Any) -> Violation | None:
        return forms.loss_and_accuracy(out, call) or not_finite(out[0], "loss")

    return Law((call,), judge)


def balanced_episodes(**options: Any) -> st.SearchStrategy[Episode]:
    """Draw episodes as exercise 3 draws them: that counts may differ is a law of its own."""
    return episodes(balanced=True, **options)


@st.composite
def reordered(draw: st.DrawFn) -> tuple[Episode, list[int], list[int]]:
    drawn = draw(balanced_episodes())
    return (
        drawn,
        draw(st.permutations(range(len(drawn.support_y)))),
        draw(st.permutations(range(len(drawn.query_y)))),
    )


@check(episode_loss, drawn=reordered(), examples=80)
def item_order_does_not_matter(drawn: tuple[Episode, list[int], list[int]]) -> Law:
    """Loss and accuracy do not depend on the order of the support items or of the query items."""
    case, s, q = drawn
    other = Episode(case.support_x[s], case.support_y[s], case.query_x[q], case.query_y[q])
    return _same_loss(case, other)


SMALL, LARGE_NAMES = [-7, 2, 3, 11], [-(2**40) - 1, -(2**40), 2**40, 2**40 + 1]


@check(
    episode_loss,
    drawn=balanced_episodes(),
    names=st.one_of(st.permutations(SMALL), st.permutations(LARGE_NAMES)),
    examples=80,
)
def labels_are_only_names(drawn: Episode, names: list[int]) -> Law:
    """Renaming the classes, in support and query together, changes neither loss nor accuracy."""
    classes = np.unique(drawn.support_y)
    new = np.array(names, dtype=np.int64)
    other = Episode(
        drawn.support_x,
        new[np.searchsorted(classes, drawn.support_y)],
        drawn.query_x,
        new[np.searchsorted(classes, drawn.query_y)],
    )
    return _same_loss(drawn, other)


def _same_loss(case: Episode, other: Episode) -> Law:
    return invariant(
        episode_loss(UNCHANGED, *case.parts),
        episode_loss(UNCHANGED, *other.parts),
        within(case),
        "loss",
        of=lambda out: out[0],
    )


@st.composite
def scored_episodes(draw: st.DrawFn) -> tuple[Episode, float]:
    """Well separated classes, and queries of which a known share carries the label of the class they lie in."""
    ways = draw(st.integers(2, 4))
    labels = np.array(
        draw(st.lists(st.integers(-4, 20), min_size=ways, max_size=ways, unique=True)), dtype=np.int64
    )
    centres = 2.0 * np.arange(ways)[:, None] * np.ones((1, 2))
    wobble = draw(st.sampled_from([0.0, 0.25]))
    shots = draw(st.integers(1, 3))
    support_y = np.repeat(labels, shots)
    support_x = (
        np.repeat(centres, shots, 0) + wobble * np.tile(np.arange(shots) - (shots - 1) / 2, ways)[:, None]
    )
    named = list(draw(st.permutations(draw(st.integers(1, 2)) * list(range(ways)))))
    lies = draw(st.lists(st.integers(0, ways - 1), min_size=len(named), max_size=len(named)))
    hits = float(np.mean(np.array(lies) == np.array(named)))
    return Episode(support_x, support_y, centres[lies] + 0.25, labels[named]), hits


@check(episode_loss, drawn=scored_episodes(), examples=80, weight=2)
def accuracy_is_the_share_of_hits(drawn: tuple[Episode, float]) -> Law:
    """The accuracy is the fraction, between 0 and 1, of the queries that lie in the class they are labelled with."""
    case, share = drawn

    def judge(out: Any) -> Violation | None:
        return close(values(out[1]), np.array(share), 1e-5, "accuracy")

    return Law((episode_loss(UNCHANGED, *case.parts),), judge)


@st.composite
def parted(draw: st.DrawFn) -> tuple[Episode, Episode, Episode, Episode]:
    """A balanced episode; the same with more support items of one class; and its queries in two parts, for that support."""
    whole = draw(balanced_episodes())
    s, q = len(whole.support_y), len(whole.query_y)
    times = np.where(whole.support_y == draw(st.sampled_from(whole.support_y.tolist())), 2, 1)
    more = np.repeat(np.arange(s), times)[draw(st.permutations(range(int(times.sum()))))]
    cut = draw(st.integers(1, q - 1))
    order = draw(st.permutations(range(q)))
    support = whole.support_x[more], whole.support_y[more]
    some, others = (
        Episode(*support, whole.query_x[of], whole.query_y[of]) for of in (order[:cut], order[cut:])
    )
    return whole, Episode(*support, whole.query_x, whole.query_y), some, others


@check(episode_loss, drawn=parted(), examples=60)
def counts_may_differ(drawn: tuple[Episode, Episode, Episode, Episode]) -> Law:
    """Counts may differ: copies of the support items of one class change nothing, and loss and accuracy of all queries are the means
    over those of two parts, in which a class may have no query."""
    whole, *_, some, others = drawn
    shares = np.array([len(part.query_y) for part in (some, others)]) / len(whole.query_y)
    bound = 2 * within(whole)

    def judge(all_even: Any, all_uneven: Any, *parts: Any) -> Violation | None:
        broken = []
        for i, (what, tolerance) in enumerate((("loss", bound), ("accuracy", 1e-5))):
            wanted = values(all_even[i])
            mean = sum(share * values(out[i]) for share, out in zip(shares, parts, strict=True))
            broken.append(
                close(all_uneven[i], wanted, tolerance, what, why=", as without the copies", call=1)
            )
            told = f"{what}, averaged over both parts,"
            broken.append(close(mean, wanted, tolerance, told, why=", as for all queries together", call=2))
        return first(*broken)

    return Law(tuple(episode_loss(UNCHANGED, *each.parts) for each in drawn), judge)


@check(
    episode_loss,
    drawn=balanced_episodes(max_features=1),
    training=st.booleans(),
    width=st.integers(2, 3),
    examples=20,
)
def inputs_and_mode_stay(drawn: Episode, training: bool, width: int) -> Law:
    """The inputs are not changed, and a network that serves as `embed` stays in training or evaluation mode."""
    weight = np.linspace(-1.0, 1.0, 4 * width).reshape(4, width).astype(np.float32)
    images = [
        np.tile(part, (1, 4)).reshape(-1, 1, 2, 2).astype(np.float32)
        for part in (drawn.support_x, drawn.query_x)
    ]
    net = Fixture("linear_net", {"weight": weight, "training": training})
    call = watching(
        episode_loss(net, images[0], drawn.support_y, images[1], drawn.query_y), "inputs", "embed"
    )

    def judge(outcome: Returned) -> Violation | None:
        changed = [
            Violation(f"The call changed its argument {name}.", "other values", "the same")
            for name in outcome.modified
        ]
        state = outcome.states.get("embed")
        mode = state.get("training") if isinstance(state, dict) else None
        moved = (
            Violation("The mode of embed changed.", f"training: {mode}", f"training: {training}")
            if mode != training
            else None
        )
        return first(*changed, moved)

    return Law((call,), judge, outcomes=True)


@check(
    episode_loss,
    drawn=balanced_episodes(bound=1.0, max_features=2),
    matrix=grids(2, 3, bound=0.5),
    training=st.booleans(),
    examples=30,
)
def a_network_is_like_a_function(drawn: Episode, matrix: np.ndarray, training: bool) -> Law:
    """A network as `embed` has the loss and the accuracy of a function that makes the same embeddings, and its weights get the
    gradient that belongs to them."""
    case = replace(
        drawn, support_x=drawn.support_x.astype(np.float32), query_x=drawn.query_x.astype(np.float32)
    )
    weight = matrix[: case.support_x.shape[1]].astype(np.float32)
    gain = 2.0 if training else 1.0
    seen = replace(case, support_x=gain * case.support_x @ weight, query_x=gain * case.query_x @ weight)
    return like_a_function(episode_loss, case, weight, training, within(seen))


@check(episode_loss, gpu=True, drawn=episodes(plain=True, bound=1.0), network=st.booleans(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Episode, network: bool) -> Law:
    """The loss lies where the inputs and the network lie: on a GPU, or on the CPU."""
    d = drawn.support_x.shape[1]
    embed = Fixture("linear_net", {"weight": np.eye(d)}) if network else UNCHANGED
    return follows_its_inputs(episode_loss(embed, *drawn.parts), 2 * within(drawn), "loss", output=0)
