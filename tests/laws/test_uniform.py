"""The chi-square law: how often it accuses a right sampler, and which wrong ones it sees."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve
from scipy.stats import chi2, poisson

from autograder.hidden.fewshot import training
from autograder.hidden.fewshot.episodes import ALPHA, EPISODES, RARE
from autograder.laws.vocabulary import uniform

CLASSES, WAYS = 12, 5


def drawn(source: np.random.Generator, weights: np.ndarray, picked: int, episodes: int) -> np.ndarray:
    """How often each candidate is drawn: `picked` of them per episode, without replacement, by weight."""
    # The largest of u ** (1 / w) are a weighted sample without replacement (Efraimidis and Spirakis, 2006).
    keys = np.log(source.random((episodes, len(weights)))) / np.maximum(weights, 1e-12)
    chosen = np.argpartition(-keys, picked - 1, axis=1)[:, :picked]
    return np.bincount(chosen.ravel(), minlength=len(weights))


def accused(weights: np.ndarray, picked: int, episodes: int, alpha: float, runs: int) -> int:
    source = np.random.default_rng(0)
    counts = (drawn(source, weights, picked, episodes) for _ in range(runs))
    return sum(uniform(each, picked, episodes, alpha, "Classes") is not None for each in counts)


@pytest.mark.parametrize(
    ("candidates", "picked", "episodes"),
    [(CLASSES, WAYS, EPISODES), (7, 2, 4 * EPISODES), (7, 3, 4 * EPISODES), (16, 1, 320), (4, 3, 60)],
)
def test_a_right_sampler_is_accused_as_often_as_alpha_says(
    candidates: int, picked: int, episodes: int
) -> None:
    runs, alpha = 2_000, 0.02
    found = accused(np.ones(candidates), picked, episodes, alpha, runs)
    # 40 are expected; fewer than 20 or more than 62 come by chance about once in a thousand such tests
    assert 20 <= found <= 62


def test_the_rate_holds_in_the_tail() -> None:
    runs, alpha = 10_000, 1e-3
    assert 1 <= accused(np.ones(CLASSES), WAYS, EPISODES, alpha, runs) <= 24


def test_the_whole_assignment_accuses_a_right_sampler_less_than_once_in_a_million() -> None:
    """Exactly, for the test with the smallest counts: all tables of EPISODES items in 16 cells, by sum of squares."""
    n, cells = EPISODES, 16
    threshold = chi2.isf(ALPHA, cells - 1)
    most = int((threshold + n) * n / cells) + 1
    counts = np.arange(int(most**0.5) + 1)
    held = np.zeros((n + 1, most + 1))  # [items, sum of squares] of one cell, then of 2, 4, 8, 16
    held[counts, counts**2] = poisson.pmf(counts, n / cells)
    for _ in range(4):
        held = np.maximum(fftconvolve(held, held)[: n + 1, : most + 1], 0.0)
    passes = cells / n * np.arange(most + 1) - n <= threshold
    exact = 1.0 - held[n][passes].sum() / poisson.pmf(n, n)
    assert ALPHA < exact < 4 * ALPHA
    # the other three are off by less than a factor of 2: larger counts
    rare = 2 * RARE + training.CLASSES + 6 * training.ITEMS
    assert exact + 3 * 2 * ALPHA + 4 * rare < 1e-6


def test_a_class_that_is_never_drawn_is_seen_every_time() -> None:
    weights = np.ones(CLASSES)
    weights[-1] = 0.0
    assert accused(weights, WAYS, EPISODES, ALPHA, runs=200) == 200


def test_classes_twice_as_likely_as_others_are_seen_every_time() -> None:
    weights = np.where(np.arange(CLASSES) % 2, 2.0, 1.0)
    assert accused(weights, WAYS, EPISODES, ALPHA, runs=200) == 200


def test_the_message_names_the_candidate_that_is_farthest_off() -> None:
    counts = np.array([100, 100, 100, 100, 0])
    broken = uniform(counts, 2, 200, 1e-7, "Classes", [f"class {k}" for k in "abcde"])
    assert broken is not None
    assert broken.message == (
        "Classes are not equally likely: in 200 episodes, class e was drawn 0 times, and about 80 were to be expected "
        "(by chance this happens less than once in 1,000,000 gradings)."
    )
    assert broken.returned == "drawn [100, 100, 100, 100, 0] times"
    assert broken.expected == "each about 80 times"


def test_where_all_are_drawn_every_time_nothing_is_left_to_chance() -> None:
    assert uniform(np.array([50, 50, 50]), 3, 50, 1e-6, "Classes") is None
    broken = uniform(np.array([100, 50, 0]), 3, 50, 1e-6, "Classes")
    assert broken is not None
    assert "number 0 was drawn 100 times" in broken.message
