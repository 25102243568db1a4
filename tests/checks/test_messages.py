"""What students read about twenty common mistakes, as snapshots: read the difference before you commit it.

`FEWLABELS_SNAPSHOTS=write pytest tests/checks/test_messages.py` writes tests/snapshots/messages/ anew.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.course.corpus import Program
from autograder.feedback.text import exercise_text
from autograder.model import ExerciseResult
from autograder.runner import run_exercises, scoring
from autograder.sandbox.inprocess import InProcess
from tests.checks.fewshot_corpus import CHECKS, MISTAKES, PLANNER, SOURCE, notebook_of

SNAPSHOTS = "messages"

TOLD = (
    "prototypes_divided_by_n_way",
    "prototypes_range_of_n_unique",
    "prototypes_pair_swapped",
    "prototypes_centred_in_place",
    "prototypes_cached_by_labels",
    "prototypes_no_grad",
    "probabilities_squeezed",
    "probabilities_plain_distance",
    "probabilities_over_queries",
    "probabilities_naive_exp",
    "probabilities_sqrt_then_square",
    "episode_query_contains_support",
    "episode_global_generator",
    "episode_fewer_classes_silently",
    "episode_frequent_classes_preferred",
    "episode_same_ranks_in_every_class",
    "loss_probabilities_into_cross_entropy",
    "loss_accuracy_in_percent",
    "loss_leaves_evaluation_mode",
    "net_not_flattened",
    "net_batch_statistics_in_evaluation",
    "net_layers_in_a_list",
    "train_no_zero_grad",
    "train_no_step",
    "train_rate_hard_coded",
    "train_returns_tensors",
    "train_support_as_query",
    "train_labels_left_behind",
    "train_moved_after_the_loop",
    "train_moved_back_to_the_cpu",
    "train_autocast",
    "train_evaluation_mode_left_by_a_helper",
    "train_prototypes_frozen",
    "train_prototypes_half_frozen",
    "train_support_class_by_class",
    "train_ten_episodes_over_and_over",
    "net_scale_as_plain_tensor",
)
UNFINISHED = {
    "stub": "def class_prototypes(embeddings, labels):\n    raise NotImplementedError()",
    "empty": "def class_prototypes(embeddings, labels):\n    pass",
    "misnamed": "def class_prototype(embeddings, labels):\n    return embeddings, labels",
    "typing_error": "def class_prototypes(embeddings, labels):\n    return embedings.mean(0), labels.unique()",
}


def judged(program: Program, exercise: str) -> ExerciseResult:
    """The exercise as it is graded, with public and hidden laws, but in this process."""
    transport = InProcess()
    transport.run(notebook_of(program))
    checks = [check for check in CHECKS if check.exercise == exercise]
    results = run_exercises(checks, transport, PLANNER)[exercise]
    worth = next(each for each in SOURCE.exercises if each.name == exercise)
    return scoring.exercise_result(worth, results)


@pytest.mark.parametrize("name", TOLD)
def test_the_message_of_a_mistake(name: str, snapshot: Callable[[str, str], None]) -> None:
    (program,) = [each for each in MISTAKES if each.name == name]
    (exercise,) = program.cells
    result = judged(program, exercise)
    assert result.blame == "student"
    snapshot(f"{name}.txt", exercise_text(result))


@pytest.mark.parametrize("name", UNFINISHED)
def test_the_message_of_what_is_not_done_yet(name: str, snapshot: Callable[[str, str], None]) -> None:
    program = Program(name, "", {"class_prototypes": UNFINISHED[name]})
    snapshot(f"{name}.txt", exercise_text(judged(program, "class_prototypes")))
