"""How well the trained weights do on alphabets that were never shown."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch

from autograder.checks.fewshot.weights import EXERCISE, SECONDS, embedded, with_weights
from autograder.course.settings import ForChecks
from autograder.datasets import load
from autograder.laws import Law, Violation, check, values
from autograder.submission.trained_weights import Weights
from reference.episodes import sample_episode
from reference.prototypical import class_prototypes, squared_distances

WAY, SHOT, QUERIES, EPISODES = 5, 1, 5, 100


@lru_cache(maxsize=4)
def unseen(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Characters of drawn alphabets that no release shows: images (n, 1, 28, 28) and labels (n,)."""
    data = load("glyphs", alphabets=3, characters=12, drawers=6, seed=1_000_000 + seed % 1_000_000)
    return data.images.numpy(), data.labels.numpy()


def accuracy(embeddings: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """The share of queries classified rightly, over EPISODES one-shot episodes; all of it computed here."""
    x, y = torch.from_numpy(embeddings), torch.from_numpy(labels)
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for _ in range(EPISODES):
        support, query = sample_episode(y, WAY, SHOT, QUERIES, generator)
        prototypes, classes = class_prototypes(x[support], y[support])
        nearest = classes[squared_distances(x[query], prototypes).argmin(1)]
        hits.append(float((nearest == y[query]).double().mean()))
    return float(np.mean(hits))


@check(EXERCISE, seconds=SECONDS, weight=3)
def accuracy_on_new_alphabets(weights: Weights, course: ForChecks, seed: int) -> Law:
    """With the submitted weights, one-shot episodes from alphabets that were never shown are classified well."""
    images, labels = unseen(seed)
    floor, goal = course.thresholds["accuracy_floor"], course.thresholds["accuracy_goal"]
    call = with_weights(weights, images)

    def judge(out: Any) -> Violation | None:
        broken: Violation | None = embedded(call)(out)
        if broken is not None:
            return broken
        reached = accuracy(values(out["embeddings"]), labels, seed)
        if reached >= goal:
            return None
        return Violation(
            f"{WAY}-way {SHOT}-shot accuracy is {reached:.1%}; full points from {goal:.0%}, none up to {floor:.0%}.",
            f"{reached:.1%}",
            f"{goal:.0%} or more",
            credit=max(0.0, (reached - floor) / (goal - floor)),
        )

    return Law((call,), judge)
