"""What a check cell of plain nbgrader runs in the student's kernel: the same checks, inputs and judges, all in there.

from benchmarks.costs.in_kernel import points
points("class_prototypes")           # a number: nbgrader takes it as the cell's points
"""

from __future__ import annotations

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course import assignment
from autograder.course.settings import Settings
from autograder.laws import registry
from autograder.runner import run_exercises, scoring
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.submission import trained_weights
from examples.sample_class import SOURCE

NOTES = "FEWLABELS_KERNEL_NOTES"  # a folder in which each kernel writes down what drawing took


@cache
def _assignment() -> assignment.Assignment:
    return assignment.load(SOURCE, "fewshot")


@cache
def _planner() -> Planner:
    return Planner(Settings().seed, Settings())


def points(exercise: str) -> float:
    """The points of one exercise, from the functions of the running kernel."""
    from IPython import get_ipython  # type: ignore[attr-defined]

    checks = [each for each in registry.load("fewshot", hidden=True) if each.exercise == exercise]
    _draw(exercise, checks)
    shell: Any = get_ipython()  # type: ignore[no-untyped-call]
    results = run_exercises(
        checks,
        InProcess(shell.user_ns),
        _planner(),
        weights=trained_weights.read(Path("fewshot.safetensors")),
    )
    scored = scoring.exercise_results(_assignment(), results)
    return next(each.points for each in scored if each.name == exercise)


def _draw(exercise: str, checks: list[registry.Check]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    for check in checks:
        if "weights" not in check.runner_parameters:
            _planner().plan(check)
    if NOTES in os.environ:
        took = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
        (Path(os.environ[NOTES]) / f"{os.getpid()}-{exercise}.json").write_text(json.dumps(took))
