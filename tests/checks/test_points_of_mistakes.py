"""What typical mistakes earn, point for point: who changes a weight, or what is essential, reads the difference here."""

from __future__ import annotations

from typing import Literal

import pytest

from autograder.model import ExerciseResult
from autograder.runner import run_exercises, scoring
from autograder.sandbox.inprocess import InProcess
from tests.checks.corpora import of

Kind = Literal["wrong in general", "rests on what the inputs look like", "a slip"]
WRONG: Kind = "wrong in general"  # at most half of the points
NARROW: Kind = "rests on what the inputs look like"  # not halved: the exercise is understood
SLIP: Kind = "a slip"  # at least three quarters of the points

#: assignment, mistake, kind, points that its exercise earns, points that it carries
TABLE: list[tuple[str, str, Kind, float, float]] = [
    ("fewshot", "prototypes_summed", WRONG, 0.87, 4),
    ("fewshot", "prototypes_median", WRONG, 1.3, 4),
    ("fewshot", "prototypes_first_shot_only", WRONG, 1.22, 4),
    ("fewshot", "prototypes_lonely_shot_skipped", NARROW, 2.09, 4),
    ("fewshot", "prototypes_range_of_n_unique", NARROW, 1.57, 4),
    ("fewshot", "prototypes_float32_buffer", NARROW, 2.96, 4),
    ("fewshot", "prototypes_centred_in_place", SLIP, 3.83, 4),
    ("fewshot", "prototypes_no_grad", SLIP, 3.65, 4),
    ("fewshot", "probabilities_plain_distance", WRONG, 1.12, 3),
    ("fewshot", "probabilities_half_the_distance", WRONG, 1.25, 3),
    ("fewshot", "probabilities_missing_minus", WRONG, 1.12, 3),
    ("fewshot", "probabilities_softmax_twice", WRONG, 1.06, 3),
    ("fewshot", "probabilities_naive_exp", SLIP, 2.88, 3),
    ("fewshot", "probabilities_made_float", SLIP, 2.75, 3),
    ("fewshot", "episode_query_contains_support", WRONG, 1.12, 3),
    ("fewshot", "episode_one_item_more_than_needed", NARROW, 1.85, 3),
    ("fewshot", "episode_global_generator", SLIP, 2.69, 3),
    ("fewshot", "loss_probabilities_into_cross_entropy", WRONG, 0.56, 2),
    ("fewshot", "loss_summed", WRONG, 0.5, 2),
    ("fewshot", "loss_negative_labels_skipped", NARROW, 1, 2),
    ("fewshot", "loss_accuracy_in_percent", SLIP, 1.75, 2),
    ("fewshot", "loss_inputs_normalised_in_place", SLIP, 1.5, 2),
    ("fewshot", "net_batch_statistics_in_evaluation", WRONG, 0.82, 2),
    ("fewshot", "net_layers_in_a_list", SLIP, 1.64, 2),
    ("fewshot", "train_no_zero_grad", WRONG, 1.38, 3),
    ("fewshot", "train_no_step", WRONG, 1.04, 3),
    ("fewshot", "train_gradient_ascent", WRONG, 1.27, 3),
    ("fewshot", "train_labels_left_behind", SLIP, 2.65, 3),
    ("fewshot", "train_warms_up_from_zero", SLIP, 2.77, 3),
    ("matching", "contrastive_distance_not_squared", WRONG, 1.03, 3),
    ("matching", "contrastive_bare_root", SLIP, 2.84, 3),
    ("matching", "pairs_by_a_coin", WRONG, 1.11, 3),
    ("matching", "pairs_half_rounded_down", SLIP, 2.81, 3),
    ("matching", "similarities_dot_product", WRONG, 0.69, 2),
    ("matching", "similarities_naive_division", SLIP, 1.88, 2),
    ("matching", "vote_of_the_best_item", WRONG, 1.25, 4),
    ("matching", "vote_label_smoothing", WRONG, 1.42, 4),
    ("matching", "vote_made_float", NARROW, 2.5, 4),
    ("matching", "vote_naive_exp", SLIP, 3.83, 4),
    ("matching", "loss_dot_product", WRONG, 0.47, 2),
    ("matching", "loss_queries_detached", SLIP, 1.79, 2),
]


def judged(assignment: str, name: str) -> ExerciseResult:
    """The exercise of a mistake with public and hidden laws, in this process."""
    mine = of(assignment)
    (program,) = [each for each in mine.mistakes if each.name == name]
    exercise, _ = mine.named(program)
    (worth,) = [each for each in mine.source.exercises if each.name == exercise]
    transport = InProcess()
    transport.run(mine.notebook_of(program))
    checks = [check for check in mine.checks if check.exercise == exercise]
    return scoring.exercise_result(worth, run_exercises(checks, transport, mine.planner)[exercise])


@pytest.mark.parametrize(
    ("assignment", "name", "kind", "points", "worth"),
    [pytest.param(*row, id=row[1], marks=pytest.mark.assignment(name=row[0])) for row in TABLE],
)
def test_the_points_of_a_mistake(assignment: str, name: str, kind: Kind, points: float, worth: float) -> None:
    found = judged(assignment, name)
    assert (round(found.points, 2), found.max_points) == (points, worth)
    halved = any(check.essential and check.credit < 1 for check in found.checks)
    assert halved == (kind == WRONG)
    if kind == WRONG:
        assert found.points <= worth / 2
    if kind == SLIP:
        assert found.points >= 0.75 * worth


def test_every_exercise_that_code_solves_says_what_is_essential() -> None:
    for assignment in ("fewshot", "matching"):
        mine = of(assignment)
        assert {each.exercise for each in mine.checks if each.essential} == set(mine.exercises)
