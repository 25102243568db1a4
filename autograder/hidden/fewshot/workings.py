"""How right answers come about, for what grading shows beside a wrong one. No verdict depends on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.fewshot.loss import episode_loss
from autograder.checks.fewshot.probabilities import class_probabilities
from autograder.checks.fewshot.prototypes import class_prototypes
from autograder.hidden.arrays import embedded, on_arrays
from autograder.laws import Fixture, Working, worked
from reference import prototypical


@worked(class_prototypes)
def prototypes(embeddings: np.ndarray, labels: np.ndarray) -> Working:
    """The prototypes and their classes."""
    return Working(on_arrays(prototypical.class_prototypes, embeddings, labels), ("prototypes", "classes"))


@worked(class_probabilities)
def probabilities(queries: np.ndarray, prototypes: np.ndarray) -> Working:
    """The probabilities, by way of the squared distances."""
    distances = on_arrays(prototypical.squared_distances, queries, prototypes)
    right = on_arrays(prototypical.class_probabilities, queries, prototypes)
    return Working(right, ("probabilities",), {"squared distances (query, prototype)": distances})


@worked(episode_loss)
def loss(
    embed: Fixture, support_x: np.ndarray, support_y: np.ndarray, query_x: np.ndarray, query_y: np.ndarray
) -> Working:
    """Loss and accuracy, by way of prototypes, squared distances, probabilities and the loss of each query."""
    support, queries = embedded(embed, support_x), embedded(embed, query_x)
    centres, classes = on_arrays(prototypical.class_prototypes, support, support_y)
    distances = on_arrays(prototypical.squared_distances, queries, centres)
    log_p = on_arrays(prototypical.log_probabilities, queries, centres)
    target = np.searchsorted(classes, query_y)
    losses = -log_p[np.arange(len(target)), target]
    accuracy = np.asarray((log_p.argmax(1) == target).mean())
    way: dict[str, Any] = {
        "prototypes": centres,
        "squared distances (query, prototype)": distances,
        "probabilities": np.exp(log_p),
        "loss of each query": losses,
    }
    return Working((losses.mean(), accuracy), ("loss", "accuracy"), way)
