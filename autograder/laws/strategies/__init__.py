"""Hypothesis strategies: what checks draw. Small on purpose; large cases are fixed (`large_support`, `large_episode`)."""

from autograder.laws.strategies.episodes import (
    Episode,
    EpisodeTask,
    episode_tasks,
    episodes,
    labelled_items,
    large_episode,
    plain_tasks,
)
from autograder.laws.strategies.points import Points, grids, points, rotations, squares
from autograder.laws.strategies.sizes import Sized, first_of_each, most_of_one
from autograder.laws.strategies.supports import SupportSet, large_support, support_sets

__all__ = [
    "Episode",
    "EpisodeTask",
    "Points",
    "Sized",
    "SupportSet",
    "episode_tasks",
    "episodes",
    "first_of_each",
    "grids",
    "labelled_items",
    "large_episode",
    "large_support",
    "most_of_one",
    "plain_tasks",
    "points",
    "rotations",
    "squares",
    "support_sets",
]
