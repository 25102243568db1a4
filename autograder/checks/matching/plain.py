"""What `sample_pairs` is about, on labels that hide no difficulty: an essential law, which no slip at an edge breaks."""

from __future__ import annotations

from dataclasses import replace

from autograder.checks.matching.pairs import (
    Task,
    half_of_the_pairs_match,
    no_item_meets_itself,
    sample_pairs,
    tasks,
)
from autograder.laws import Law, both, check


def even(task: Task) -> Task:
    """The same, with an even number of pairs."""
    return replace(task, n_pairs=2 * task.n_pairs)


@check(sample_pairs, task=tasks(plain=True).map(even), examples=40, weight=3, essential=True)
def even_numbers_of_pairs_are_halved(task: Task) -> Law:
    """With classes 0, 1, 2 ... and an even number of pairs, half of them are two different items of one class, and the others
    are items of two classes."""
    return both(half_of_the_pairs_match(task), no_item_meets_itself(task))
