"""Staff's laws of `sample_pairs`: is it fair?

Each of the four tests accuses a right program once in 10 million gradings as chi-square has it, which is too few by a factor
of up to 3 where counts are small (tests/test_uniform.py); together they stay near 1e-6. In 500 pairs they see a class that
is left out, classes weighted by their size, and an item that is always taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.matching.pairs import Task, sample_pairs
from autograder.laws import Call, Law, Violation, check, uniform

ALPHA = 8e-8
CALLS, PAIRS = 25, 40  # half of the pairs are of one class


def shuffled_labels(counts: list[int], seed: int) -> np.ndarray:
    names = 5 * np.arange(len(counts), dtype=np.int64) - 7
    return np.random.default_rng(seed).permutation(np.repeat(names, counts))


def many(labels: np.ndarray, seed: int) -> tuple[Call, ...]:
    return tuple(Task(labels, PAIRS, (seed + i) % 2**32).call() for i in range(CALLS))


def drawn(outs: Any, labels: np.ndarray, of_one_class: bool) -> np.ndarray:
    """The pairs (p, 2) of one kind, as indices."""
    both = np.stack([np.concatenate([out[i].array for out in outs]) for i in (0, 1)], axis=1)
    return np.asarray(both[(labels[both[:, 0]] == labels[both[:, 1]]) == of_one_class])


def ranks_in_class(labels: np.ndarray) -> np.ndarray:
    """The place of every item among those of its class, in the order of the data."""
    ranks = np.zeros(len(labels), dtype=np.int64)
    for k in np.unique(labels):
        ranks[labels == k] = np.arange((labels == k).sum())
    return ranks


def counted(values: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    return np.array([(values == kind).sum() for kind in kinds])


@check(sample_pairs)
def classes_of_matching_pairs_are_uniform(seed: int) -> Law:
    """Every class with two items or more is equally likely to be that of a matching pair, however large it is."""
    counts = [2 + 3 * (i % 3) for i in range(8)]
    labels = shuffled_labels([*counts, 1], seed)
    names = [f"class {k}" for k in np.unique(labels)[:8]]

    def judge(*outs: Any) -> Violation | None:
        mine = labels[drawn(outs, labels, True)[:, 0]]
        return uniform(
            counted(mine, np.unique(labels)[:8]),
            1,
            max(1, len(mine)),
            ALPHA,
            "Classes of matching pairs",
            names,
        )

    return Law(many(labels, seed), judge)


@check(sample_pairs)
def classes_of_other_pairs_are_uniform(seed: int) -> Law:
    """Every pair of two classes is equally likely among the pairs that do not match."""
    labels = shuffled_labels([2, 8, 5, 2, 8], seed)
    classes = np.unique(labels)
    kinds = [(a, b) for a in range(5) for b in range(5) if a < b]

    def judge(*outs: Any) -> Violation | None:
        places = np.sort(np.searchsorted(classes, labels[drawn(outs, labels, False)]), axis=1)
        seen = np.array([(places == kind).all(1).sum() for kind in kinds])
        names = [f"classes {classes[a]} and {classes[b]}" for a, b in kinds]
        return uniform(seen, 1, max(1, len(places)), ALPHA, "Pairs of two classes", names)

    return Law(many(labels, seed), judge)


def _items_are_uniform(seed: int, of_one_class: bool, what: str) -> Law:
    """Ordered pairs of ranks: those of two different items of a class, or any of two classes."""
    size = 4
    labels = shuffled_labels([size] * 4, seed)
    ranks = ranks_in_class(labels)
    kinds = [(a, b) for a in range(size) for b in range(size) if a != b or not of_one_class]
    if of_one_class:
        kinds = [(a, b) for a, b in kinds if a < b]  # which of the two comes first is the program's choice

    def judge(*outs: Any) -> Violation | None:
        pairs = drawn(outs, labels, of_one_class)
        if of_one_class:
            places = np.sort(ranks[pairs], axis=1)
        else:  # in the order of their classes: again, who comes first is free
            order = np.argsort(labels[pairs], axis=1)
            places = np.take_along_axis(ranks[pairs], order, axis=1)
        seen = np.array([(places == kind).all(1).sum() for kind in kinds])
        names = [f"item {a} of its class with item {b}" for a, b in kinds]
        return uniform(seen, 1, max(1, len(pairs)), ALPHA, what, names)

    return Law(many(labels, seed), judge)


@check(sample_pairs)
def items_of_matching_pairs_are_uniform(seed: int) -> Law:
    """Every two items of a class are equally likely to be a matching pair."""
    return _items_are_uniform(seed, True, "Pairs of items of a class")


@check(sample_pairs)
def items_of_other_pairs_are_uniform(seed: int) -> Law:
    """Every item of a class is equally likely in the pairs that do not match, whatever the other item is."""
    return _items_are_uniform(seed, False, "Pairs of items of two classes")
