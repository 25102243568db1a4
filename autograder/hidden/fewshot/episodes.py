"""Staff's laws of `sample_episode`: is it fair?

Every test accuses a right sampler once in 10 million gradings (ALPHA) as chi-square has it, which is too few by a factor
of up to 3 where counts are small (tests/laws/test_uniform.py). Together with the tests of many classes and items (RARE) and those of
`train` they stay below 1e-6. With 12 classes and 5-way episodes, 200 of them see "never the last class" and 1:2 frequency
weighting practically always.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.fewshot.episodes import episode, sample_episode
from autograder.laws import Call, EpisodeTask, Law, Violation, check, uniform

ALPHA = 1e-7
RARE = 1e-9  # where many are counted, what is not fair shows far more
EPISODES = 200  # for classes
ITEM_EPISODES = 120  # for items: every episode shows four classes


def shuffled_labels(classes: int, counts: list[int], seed: int) -> np.ndarray:
    names = (
        np.arange(classes, dtype=np.int64) - 2
    )  # -1, 0 and 1 among them, which programs take for no label, or for yes
    names[2 * classes // 3 :] += 5 * np.arange(1, classes - 2 * classes // 3 + 1)
    return np.random.default_rng(seed).permutation(np.repeat(names, counts))


def many(
    labels: np.ndarray, n_way: int, k_shot: int, n_query: int, seed: int, episodes: int = EPISODES
) -> tuple[Call, ...]:
    return tuple(
        episode(EpisodeTask(labels, n_way, k_shot, n_query, (seed + i) % 2**32)) for i in range(episodes)
    )


@check(sample_episode)
def classes_are_uniform(seed: int) -> Law:
    """Every class that is large enough is drawn equally often, however many items it has."""
    counts = [4 + 4 * (i % 3) for i in range(12)]
    labels = shuffled_labels(12, counts, seed)
    classes = np.unique(labels)

    def judge(*outs: Any) -> Violation | None:
        drawn = np.concatenate([np.unique(labels[support.array]) for support, _ in outs])
        seen = np.array([(drawn == k).sum() for k in classes])
        return uniform(
            seen,
            5,
            EPISODES,
            ALPHA,
            "Classes",
            [f"class {k} ({n} items)" for k, n in zip(classes, counts, strict=True)],
        )

    return Law(many(labels, 5, 1, 2, seed), judge)


def _ranks(labels: np.ndarray) -> np.ndarray:
    """The place of every item among those of its class, in the order of the data."""
    ranks = np.zeros(len(labels), dtype=np.int64)
    for k in np.unique(labels):
        ranks[labels == k] = np.arange((labels == k).sum())
    return ranks


def _items_are_uniform(seed: int, which: int, picked: int, name: str) -> Law:
    labels = shuffled_labels(4, [7] * 4, seed)
    ranks = _ranks(labels)

    def judge(*outs: Any) -> Violation | None:
        items = np.concatenate([out[which].array for out in outs])
        # every episode shows all classes, and fair ones leave an item out of all of them with probability below 1e-16
        never = np.setdiff1d(np.arange(len(labels)), items)
        if len(never):
            says = f"In {ITEM_EPISODES} episodes item {never[0]} of {len(labels)} was never in {name}, though its class was always there."
            return Violation(says, f"never: items {never.tolist()}", "every item now and then")
        return uniform(
            np.bincount(ranks[items], minlength=7),
            picked,
            ITEM_EPISODES * len(np.unique(labels)),
            ALPHA,
            f"The items of a class, in {name},",
            [f"item {r} of its class" for r in range(7)],
        )

    return Law(many(labels, 4, 2, 3, seed, ITEM_EPISODES), judge)


@check(sample_episode)
def support_items_are_uniform(seed: int) -> Law:
    """Every item of a class is equally likely to be in the support set."""
    return _items_are_uniform(seed, 0, 2, "the support set")


@check(sample_episode)
def query_items_are_uniform(seed: int) -> Law:
    """Every item of a class is equally likely to be in the query set."""
    return _items_are_uniform(seed, 1, 3, "the query set")


@check(sample_episode)
def classes_are_sampled_independently(seed: int) -> Law:
    """Which items of one class are drawn says nothing about those of another."""
    labels = shuffled_labels(2, [4, 4], seed)
    ranks = _ranks(labels)
    one_class, other_class = np.unique(labels)

    def judge(*outs: Any) -> Violation | None:
        cells = np.zeros(16, dtype=np.int64)
        for support, _ in outs:
            items = support.array
            one, other = (ranks[items[labels[items] == k]] for k in (one_class, other_class))
            if len(one) != 1 or len(other) != 1:
                return Violation(
                    "An episode does not show one item of each of two classes.",
                    f"support {items.tolist()}",
                    "one each",
                )
            cells[4 * int(one[0]) + int(other[0])] += 1
        names = [f"item {a} of one class with item {b} of the other" for a in range(4) for b in range(4)]
        return uniform(cells, 1, len(outs), ALPHA, "Pairs of items from two classes", names)

    return Law(many(labels, 2, 1, 1, seed, EPISODES), judge)


@check(sample_episode)
def many_are_uniform(seed: int) -> Law:
    """Where many classes are asked for, or many items of large classes, all are as likely as where few are."""
    labels, large = shuffled_labels(30, [3] * 30, seed), shuffled_labels(2, [130] * 2, seed)
    classes, ranks = np.unique(labels), _ranks(large)
    n_way, k_shot, episodes = 12, 25, 40

    def judge(*outs: Any) -> Violation | None:
        ways, shots = outs[:episodes], outs[episodes:]
        drawn = np.concatenate([np.unique(labels[support.array]) for support, _ in ways])
        seen = np.array([(drawn == k).sum() for k in classes])
        names = [f"class {k}" for k in classes]
        broken = uniform(seen, n_way, episodes, RARE, f"In {n_way}-way episodes, 30 classes", names)
        if broken is not None:
            return broken
        items = np.bincount(np.concatenate([ranks[support.array] for support, _ in shots]), minlength=130)
        names = [f"item {rank} of its class" for rank in range(130)]
        what = f"In {k_shot}-shot episodes, 130 items of a class"
        broken = uniform(items, k_shot, episodes, RARE, what, names)
        return None if broken is None else replace(broken, call=episodes)

    calls = (*many(labels, n_way, 1, 2, seed, episodes), *many(large, 1, k_shot, 1, seed, episodes))
    return Law(calls, judge)
