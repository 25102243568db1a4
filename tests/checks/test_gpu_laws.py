"""Laws about a GPU where none can be simulated: the grader's fault, which costs nobody a point and touches no other law."""

from __future__ import annotations

import pytest

from autograder.course.settings import Settings
from autograder.feedback import pictures
from autograder.fixtures import devices
from autograder.laws import registry
from autograder.runner.drawing import draw
from autograder.runner.exercises import run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from tests.checks.fewshot_corpus import SOLUTIONS, notebook_of

ABOUT_A_GPU = ("trains_on_a_gpu", "network_ends_on_the_device", "moves_to_a_gpu")
CHECKS = [each for each in registry.load("fewshot") if each.name in (*ABOUT_A_GPU, "images_stay_unmodified")]


def test_an_unchecked_torch_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "no_gpu", lambda: "The simulated GPU was not checked with torch 2.99.")
    assert {check.name for check in CHECKS} >= set(ABOUT_A_GPU)
    assert all(draw(check, 0) for check in CHECKS)
    transport = InProcess()
    transport.run(notebook_of(next(each for each in SOLUTIONS if each.name == "whole_notebook_short")))
    found = run_exercises(CHECKS, transport, Planner(0, Settings()))
    verdicts = {each.name: each for results in found.values() for each in results}
    for name in ABOUT_A_GPU:
        assert verdicts[name].verdict == "grader_fault"
        assert "not checked with torch 2.99" in verdicts[name].message
    assert verdicts["images_stay_unmodified"].verdict == "holds"


def test_other_losses_on_the_gpu_are_drawn_beside_those_of_the_cpu() -> None:
    (check,) = (each for each in CHECKS if each.name == "trains_on_a_gpu")
    law = check.body(0)
    same = {"products_on_gpu": 60, "products_on_cpu": 0}
    assert law.judge({"losses": [1.0, 0.5, 0.25], **same}, [1.0, 0.5, 0.25]) is None
    broken = law.judge({"losses": [1.0, 0.75, 0.5], **same}, [1.0, 0.5, 0.25])
    assert broken is not None
    picture = pictures.draw(broken.picture)
    assert picture is not None
    assert "cpu: 3 steps from 1 to 0.25" in picture.alt
    assert "cuda: 3 steps from 1 to 0.5" in picture.alt
