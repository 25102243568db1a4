"""How right answers come about, for what grading shows beside a wrong one. No verdict depends on it."""

from __future__ import annotations

import numpy as np

from autograder.checks.matching.contrastive import contrastive_losses
from autograder.checks.matching.loss import matching_loss
from autograder.checks.matching.probabilities import label_probabilities
from autograder.checks.matching.similarities import cosine_similarities
from autograder.hidden.arrays import embedded, on_arrays
from autograder.laws import Fixture, Working, worked
from reference import matching, siamese


@worked(contrastive_losses)
def losses(first: np.ndarray, second: np.ndarray, same: np.ndarray, margin: float) -> Working:
    """The losses, by way of the distances."""
    distances = on_arrays(siamese.euclidean_distances, first, second)
    right = on_arrays(siamese.contrastive_losses, distances, same, margin)
    return Working(right, ("losses",), {"distances of the pairs": distances})


@worked(cosine_similarities)
def similarities(queries: np.ndarray, support: np.ndarray) -> Working:
    """The similarities."""
    return Working(on_arrays(matching.cosine_similarities, queries, support), ("similarities",))


@worked(label_probabilities)
def probabilities(similarities: np.ndarray, labels: np.ndarray) -> Working:
    """The probabilities and the classes, by way of the attention weights."""
    log_p, classes = on_arrays(matching.log_probabilities, similarities, labels)
    weights = on_arrays(matching.attention_weights, similarities)
    way = {"attention weights (query, support item)": weights}
    return Working((np.exp(log_p), classes), ("probabilities", "classes"), way)


@worked(matching_loss)
def loss(
    embed: Fixture, support_x: np.ndarray, support_y: np.ndarray, query_x: np.ndarray, query_y: np.ndarray
) -> Working:
    """Loss and accuracy, by way of similarities, probabilities and the loss of each query."""
    support, queries = embedded(embed, support_x), embedded(embed, query_x)
    similar = on_arrays(matching.cosine_similarities, queries, support)
    log_p, classes = on_arrays(matching.log_probabilities, similar, support_y)
    target = np.searchsorted(classes, query_y)
    each = -log_p[np.arange(len(target)), target]
    accuracy = np.asarray((log_p.argmax(1) == target).mean())
    way = {
        "similarities (query, support item)": similar,
        "probabilities": np.exp(log_p),
        "loss of each query": each,
    }
    return Working((each.mean(), accuracy), ("loss", "accuracy"), way)
