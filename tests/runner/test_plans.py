"""A plan is drawn once for a course and handed to every submission; only what hangs on the submission is drawn anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.course.settings import EVERY, ForChecks, Settings, Thresholds
from autograder.errors import CheckError
from autograder.laws import registry
from autograder.laws.vocabulary import Law, function, gives
from autograder.runner.drawing import seed_of
from autograder.runner.plans import Planner
from tests.runner.made_up import DOUBLES, check, double, doubles, numbers


def given_by_runner(seed: int, weights: Any, course: ForChecks) -> Law:
    return gives(double(np.array([float(seed), weights, course.accuracy_goal])), 0.0, 0.0, "double")


def entries(law: Law) -> list[float]:
    return law.calls[0].arguments["x"].tolist()  # type: ignore[no-any-return]


def test_drawn_laws_come_first_and_fixed_inputs_behind_them() -> None:
    also = [{"x": np.arange(100.0)}, {"x": np.arange(200.0)}]
    plan = Planner(1, Settings()).plan(check(doubles, examples=5, also=also, x=numbers(2)))
    assert plan.drawn == 5
    assert [law.calls[0].arguments["x"].size for law in plan.laws] == [2, 2, 2, 2, 2, 100, 200]
    assert [call.arguments["x"].size for call in plan.batch.calls] == [2, 2, 2, 2, 2, 100, 200]


def test_a_plan_is_drawn_once() -> None:
    planner = Planner(1, Settings())
    plan = planner.plan(DOUBLES)
    assert planner.plan(DOUBLES) is plan
    assert plan.batch is plan.batch
    assert plan.batch.encoded is plan.batch.encoded


def test_two_planners_of_one_seed_draw_alike_and_of_two_seeds_apart() -> None:
    one, same, other = (
        [entries(law) for law in Planner(seed, Settings()).plan(DOUBLES).laws] for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_a_check_without_strategies_has_one_law_that_cannot_be_shrunk() -> None:
    plan = Planner(1, Settings()).plan(check(lambda seed: doubles(np.array([float(seed)])), name="once"))
    assert (len(plan.laws), plan.drawn) == (1, 0)


def test_the_runner_fills_in_seed_weights_and_course() -> None:
    given = check(given_by_runner)
    planner = Planner(7, Settings(thresholds={EVERY: Thresholds({"accuracy_goal": 0.75})}))
    (law,) = planner.plan(given, 3.0).laws
    assert entries(law) == [float(seed_of(given, 7)), 3.0, 0.75]


def test_what_hangs_on_a_submission_s_weights_is_not_kept_for_the_next_one() -> None:
    given, planner = check(given_by_runner), Planner(7, Settings())
    assert [entries(planner.plan(given, weights).laws[0])[1] for weights in (1.0, 2.0)] == [1.0, 2.0]


near_a_gpu = function("fixtures:embed_on_a_gpu", "network", "images")


def embeds(seed: int) -> Law:
    return Law((near_a_gpu("Net", []),), lambda out: None)


def test_a_check_that_goes_near_a_gpu_has_to_say_so() -> None:
    """Where there is no GPU, the student would pay for a check that does not say so."""
    assert len(Planner(1, Settings()).plan(check(embeds, gpu=True)).batch.calls) == 1
    with pytest.raises(CheckError, match="without saying that it needs a GPU"):
        Planner(1, Settings()).plan(check(embeds))


def test_only_assignments_with_such_a_check_ask_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.needs_gpu("fewshot")
    others = tuple(each for each in registry.load("fewshot") if not each.gpu)
    monkeypatch.setattr(registry, "load", lambda *_, **__: others)
    assert not registry.needs_gpu("fewshot")
