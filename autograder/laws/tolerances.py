"""How far two right programs may differ: from the arithmetic, never from a guess.

eps is the dtype's machine epsilon; magnitudes are of what was added up. People write guards, too: `/ (x.norm() + 1e-8)` where a length
could be 0, `/ (e.sum() + 1e-12)` where a sum could. No contract forbids them, so that laws leave room for them.
"""

from __future__ import annotations

import numpy as np

from autograder.laws.vocabulary import eps

IN_A_LENGTH = (
    1e-8  # what may be added to a length, to the size of a class, or under a root, to keep it from 0
)
IN_A_DENOMINATOR = 1e-12  # and to a sum of exponentials
IN_GENERAL = 1e-3  # of the size of what comes back: what is wrong in general is off by more, what is in half precision by less


def of_mean(array: np.ndarray, count: int | None = None) -> float:
    """Bound the error of a mean of `count` rows of `array` (n, ...): each of the additions rounds once.

    `count` is n by default.

    >>> f"{of_mean(np.ones((5, 2))):.1e}", f"{of_mean(np.ones((5, 2), np.float32)):.1e}"
    ('1.6e-14', '8.6e-06')
    """
    n = len(array) if count is None else count
    return 4.0 * eps(array) * (n + 4) * (1.0 + float(np.abs(array).max(initial=0.0)))


def of_prototype(embeddings: np.ndarray, count: int | None = None) -> float:
    """Bound the error of the mean of a class of `embeddings` (n, d): that of the mean, and what a guard of its size changes.

    A class has one point at least, so the guard of a size takes no larger part of the mean than itself.

    >>> f"{of_prototype(np.ones((5, 2))):.1e}", f"{of_prototype(np.zeros((5, 2))):.1e}"
    ('1.0e-08', '8.0e-15')
    """
    return of_mean(embeddings, count) + IN_A_LENGTH * float(np.abs(embeddings).max(initial=0.0))


def of_squared_distance(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound the error of a squared distance of `queries` (q, d) and `prototypes` (c, d): 16 eps (1 + d + |q|^2 + |c|^2).

    The expanded quadratic and cdist**2 cancel: up to 4.6 eps (|q|^2 + |c|^2) was measured. 1 + d covers the rounding of
    small values as they are summed. `F.pairwise_distance` adds 1e-6 to every difference: `slack` is added for it.

    >>> f"{of_squared_distance(np.ones((3, 2)), np.zeros((2, 2))):.1e}"
    '4.0e-06'
    """
    q = float((queries.astype(np.float64) ** 2).sum(-1).max(initial=0.0))
    c = float((prototypes.astype(np.float64) ** 2).sum(-1).max(initial=0.0))
    return 16.0 * eps(queries, prototypes) * (1.0 + queries.shape[-1] + q + c) + slack(queries, prototypes)


def slack(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound what F.pairwise_distance's eps of 1e-6 per difference changes in a squared distance.

    The arguments are `queries` (q, d) and `prototypes` (c, d).

    >>> f"{slack(np.ones((3, 2)), np.zeros((2, 2))):.1e}"
    '4.0e-06'
    """
    d = queries.shape[-1]
    reach = float(np.abs(queries).max(initial=0.0) + np.abs(prototypes).max(initial=0.0))
    return 2e-6 * d * reach + d * 1e-12


def of_log_odds(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound the error of log p_i - log p_j: two squared distances, and the rounding of the probabilities.

    The arguments are `queries` (q, d) and `prototypes` (c, d).

    >>> f"{of_log_odds(np.ones((3, 2)), np.zeros((2, 2))):.1e}"
    '8.0e-06'
    """
    return 2.0 * of_squared_distance(queries, prototypes) + 32.0 * eps(queries, prototypes)


def of_probability(queries: np.ndarray, prototypes: np.ndarray) -> float:
    """Bound the error of a probability: p (1 - p) <= 1/4 times that of the log-odds, summed over the classes.

    The sum below the fraction may be guarded from 0; where it is computed without overflow, it is 1 at least.

    The arguments are `queries` (q, d) and `prototypes` (c, d).

    >>> f"{of_probability(np.ones((3, 2)), np.zeros((2, 2))):.1e}"
    '8.0e-06'
    """
    rounding = 4.0 * eps(queries, prototypes) * len(prototypes)
    return of_log_odds(queries, prototypes) + rounding + IN_A_DENOMINATOR


def of_row_sum(array: np.ndarray, classes: int) -> float:
    """Bound how far a row of `classes` probabilities, of the dtype of `array`, may sum to another number than 1.

    >>> f"{of_row_sum(np.ones(2), 5):.1e}", f"{of_row_sum(np.ones(2, np.float32), 5):.1e}"
    ('2.0e-12', '8.6e-06')
    """
    return 8.0 * eps(array) * (4 + classes) + 2.0 * IN_A_DENOMINATOR


def of_direction(*vectors: np.ndarray) -> float:
    """Bound what a guard changes in a product of vectors (n, d) that are divided by their lengths.

    It is added to the lengths, to their product, or to the squares under the root: the shorter a vector, the more it counts.

    >>> f"{of_direction(np.ones((3, 2)), np.ones((1, 2))):.1e}", f"{of_direction(np.full((1, 1), 1 / 64), np.ones((1, 1))):.1e}"
    ('5.8e-08', '4.4e-05')

    Raises ValueError where a vector has length 0: it has no direction, and a guard decides everything.
    """
    lengths = [float(np.sqrt((each.astype(np.float64) ** 2).sum(-1)).min(initial=np.inf)) for each in vectors]
    if min(lengths, default=1.0) == 0.0:
        raise ValueError("a vector of length 0 has no direction: draw vectors that are not 0")
    return IN_A_LENGTH * (1.0 + sum(1.0 / length for length in lengths)) ** 2
