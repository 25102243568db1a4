"""What `sample_episode` is about, on labels that hide no difficulty: an essential law, which no slip at an edge breaks."""

from __future__ import annotations

from autograder.checks.fewshot.episodes import classes_are_distinct, no_item_twice, sample_episode
from autograder.laws import EpisodeTask, Law, both, check, plain_tasks


@check(sample_episode, task=plain_tasks(), examples=40, weight=3, essential=True)
def plain_labels_give_episodes(task: EpisodeTask) -> Law:
    """With classes 0, 1, 2 ... of more items than are needed, an episode has n_way of them, with k_shot support and n_query
    query items of each, and no item twice."""
    return both(classes_are_distinct(task), no_item_twice(task))
