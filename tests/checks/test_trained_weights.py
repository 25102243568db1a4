"""Trained weights: what earns points, in part or in full, and what is told for a file that earns none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from autograder.course.corpus import Program
from autograder.course.settings import Settings, Thresholds
from autograder.laws import registry
from autograder.model import CheckResult
from autograder.runner import run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.submission import trained_weights
from autograder.submission.trained_weights import Weights
from tests.checks.fewshot_corpus import ROOT, notebook_of

TRAINED = ROOT / "corpus" / "fewshot" / "trained.safetensors"
CHECKS = tuple(
    check for check in registry.load("fewshot", hidden=True) if check.exercise == "trained_weights"
)


@pytest.fixture(scope="module")
def transport() -> InProcess:
    source = InProcess()
    source.run(notebook_of(Program("source", "", {})))
    return source


def judged(transport: InProcess, weights: Weights, **settings: float) -> list[CheckResult]:
    course = Settings(thresholds={"fewshot": Thresholds(settings)})
    return list(
        run_exercises(CHECKS, transport, Planner(course.seed, course), weights=weights)["trained_weights"]
    )


def spoiled(**changed: np.ndarray) -> Weights:
    return trained_weights.parse(save({**load_file(TRAINED), **changed}), "fewshot.safetensors")


def test_trained_weights_earn_everything(transport: InProcess) -> None:
    results = judged(transport, trained_weights.read(TRAINED))
    assert [(each.verdict, each.credit) for each in results] == [("holds", 1.0)] * 2


def test_points_rise_linearly_between_floor_and_goal(transport: InProcess) -> None:
    weights = trained_weights.read(TRAINED)
    low = judged(transport, weights, accuracy_floor=0.5, accuracy_goal=1.0)[1]
    high = judged(transport, weights, accuracy_floor=0.0, accuracy_goal=1.0)[1]
    assert "accuracy is" in low.message
    reached = high.credit  # with floor 0 and goal 1 the credit is the accuracy
    assert 0.5 < reached < 1.0
    assert low.credit == pytest.approx((reached - 0.5) / 0.5)


def test_untrained_weights_earn_next_to_nothing(transport: InProcess) -> None:
    source = np.random.default_rng(0)
    noise = {
        name: source.normal(size=array.shape).astype(array.dtype)
        if array.dtype.kind == "f" and array.ndim > 1
        else array
        for name, array in load_file(TRAINED).items()
    }
    assert judged(transport, spoiled(**noise))[1].credit < 0.5


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (trained_weights.read(Path("nowhere.safetensors")), "There is no file nowhere.safetensors"),
        (trained_weights.parse(b"\x80\x04K\x01.", "w.safetensors"), "w.safetensors is no safetensors file"),
        (trained_weights.parse(b"", "w.safetensors"), "w.safetensors is no safetensors file"),
        (spoiled(surprise=np.zeros(2, dtype=np.float32)), "surprise"),
        (trained_weights.parse(save({"a": np.zeros(3, dtype=np.float32)}), "w.safetensors"), "Missing key"),
        (spoiled(extra=np.full(2, np.nan, dtype=np.float32)), "NaN or infinite"),
    ],
)
def test_what_does_not_fit_is_told(transport: InProcess, weights: Weights, told: str) -> None:
    first, second = judged(transport, weights)
    assert first.verdict in ("falsified", "raised")
    assert told in first.message
    assert second.verdict == "skipped"
    assert (first.credit, second.credit) == (0.0, 0.0)
