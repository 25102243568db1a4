"""Hypothesis strategies: what checks draw. Small on purpose; large cases are fixed and stand in `large`."""

from autograder.strategies.episodes import EpisodeTask, episode_tasks, labelled_items, plain_tasks
from autograder.strategies.points import Points, grids, points, rotations
from autograder.strategies.supports import SupportSet, large_support, support_sets

__all__ = [
    "EpisodeTask",
    "Points",
    "SupportSet",
    "episode_tasks",
    "grids",
    "labelled_items",
    "large_support",
    "plain_tasks",
    "points",
    "rotations",
    "support_sets",
]
