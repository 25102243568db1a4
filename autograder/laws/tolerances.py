"""How far two right programs may differ: from the arithmetic, never from a guess.

eps is the dtype's machine epsilon; magnitudes are of what was added up.
"""

from __future__ import annotations

import numpy as np

from autograder.laws.vocabulary import eps


def of_mean(array: np.ndarray, count: int | None = None) -> float:
    """Bound on the error of a mean of `count` rows of `array`: each of the additions rounds once."""
    n = len(array) if count is None else count
    return 4.0 * eps(array) * (n + 4) * (1.0 + float(np.abs(array).max(initial=0.0)))


def of_squared_distance(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound on the error of a squared distance: 16 eps (1 + d + |q|^2 + |c|^2).

    The expanded quadratic and cdist**2 cancel: up to 4.6 eps (|q|^2 + |c|^2) was measured; 1 + d covers the absolute
    1e-6-free summation of small values. `F.pairwise_distance` adds 1e-6 to every difference: `slack`.
    """
    q = float((queries.astype(np.float64) ** 2).sum(-1).max(initial=0.0))
    c = float((prototypes.astype(np.float64) ** 2).sum(-1).max(initial=0.0))
    return 16.0 * eps(queries, prototypes) * (1.0 + queries.shape[-1] + q + c) + slack(queries, prototypes)


def slack(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """What F.pairwise_distance's eps of 1e-6 per difference can change in a squared distance."""
    d = queries.shape[-1]
    reach = float(np.abs(queries).max(initial=0.0) + np.abs(prototypes).max(initial=0.0))
    return 2e-6 * d * reach + d * 1e-12


def of_log_odds(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound on the error of log p_i - log p_j: two squared distances, and the rounding of the probabilities."""
    return 2.0 * of_squared_distance(queries, prototypes) + 32.0 * eps(queries, prototypes)


def of_probability(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound on the error of a probability: p (1 - p) <= 1/4 times that of the log-odds, summed over the classes."""
    return of_log_odds(queries, prototypes) + 4.0 * eps(queries, prototypes) * len(prototypes)
