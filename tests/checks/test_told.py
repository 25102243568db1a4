"""What is told of real mistakes: which law leads, what two calls gave, right values, the fact that decides, what is folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from autograder.course.corpus import Program
from autograder.feedback import exercise_view, view
from autograder.feedback.audience import Reveal, exercise_seen_by
from autograder.feedback.text import exercise_text
from autograder.model import CheckResult, Counterexample, ExerciseResult
from autograder.runner import run_exercises, scoring
from autograder.sandbox.inprocess import InProcess
from tests.checks.corpora import Corpus, of

FEWSHOT, MATCHING = of("fewshot"), of("matching")
RIGHT_UP_TO_FIVE = """
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    return torch.stack([embeddings[labels == k][:5].mean(0) for k in classes]), classes
"""
WRONG_FROM_51_FEATURES = """
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    means = torch.stack([embeddings[labels == k].mean(0) for k in classes])
    return means * (1.5 if embeddings.shape[1] > 50 else 1.0), classes
"""
RAISES = """
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    if (labels < 0).any():
        raise KeyError("negative")
    return torch.stack([embeddings[labels == k].mean(0) for k in classes]), classes
"""


def judged(
    corpus: Corpus, program: Program, only: Sequence[str] = (), public: bool = False
) -> ExerciseResult:
    exercise = corpus.named(program)[0] if program.caught_by else next(iter(program.cells))
    transport = InProcess()
    transport.run(corpus.notebook_of(program))
    checks = [
        check
        for check in corpus.checks
        if check.exercise == exercise
        and (not only or check.name in only)
        and not (public and check.visibility == "hidden")
    ]
    results = run_exercises(checks, transport, corpus.planner)[exercise]
    return scoring.exercise_result(next(e for e in corpus.source.exercises if e.name == exercise), results)


def mistake(corpus: Corpus, name: str) -> Program:
    return next(each for each in corpus.mistakes if each.name == name)


def leading(result: ExerciseResult) -> CheckResult:
    (check,) = [check for check in result.checks if check.leads]
    return check


def shown(result: ExerciseResult) -> Counterexample:
    found = leading(result).counterexample
    assert found is not None
    return found


def test_the_law_that_says_what_is_right_comes_first_and_the_rest_is_folded() -> None:
    result = judged(FEWSHOT, mistake(FEWSHOT, "prototypes_divided_by_n_way"))
    assert leading(result).law == "The prototypes are the right ones."
    seen = view.exercise(result)
    assert [law.sentence for law in seen.others] == []
    (folded,) = seen.folded
    assert "Giving every support point twice, or three times, changes nothing." in folded.sentences
    assert seen.broken == 10


def test_in_the_notebook_known_values_come_before_two_answers_of_one_s_own() -> None:
    result = judged(FEWSHOT, mistake(FEWSHOT, "prototypes_divided_by_n_way"), public=True)
    assert leading(result).name == "constant_class_gives_that_constant"
    assert (
        shown(result).right == ()
    )  # the notebook's check knows what the law knows; working needs what staff have


def test_two_calls_are_told_with_what_both_gave_and_what_is_right() -> None:
    program = mistake(FEWSHOT, "probabilities_scaled_by_the_largest")
    laws = ("runs_and_returns_a_tensor", "shapes_match", "queries_are_independent")
    result = judged(FEWSHOT, program, laws)
    found = shown(result)
    assert found.what == "probabilities, call 2"
    right, facts = dict(found.right), dict(found.facts)
    assert {"Call 1 gave", "Call 2 gave"} <= set(facts)
    assert {"The right probabilities (call 1)", "The right probabilities (call 2)"} <= set(right)
    assert "your own answer, which may be the wrong one" in exercise_view.example(found).had_to
    assert right["The right probabilities (call 2)"] not in (found.returned, found.expected)


def test_where_the_other_call_was_right_that_is_said() -> None:
    laws = ("runs_and_returns_a_pair", "shapes_match", "no_memory_between_calls", "agrees_with_the_reference")
    result = judged(FEWSHOT, mistake(FEWSHOT, "prototypes_mutable_default"), laws)
    assert leading(result).name == "no_memory_between_calls"  # the direct law holds in a fresh process
    found = shown(result)
    assert found.own == ""
    assert dict(found.right)["Call 1"] == "its answer is the right one"


@pytest.mark.parametrize(("reveal", "seen"), [("counterexample", True), ("law", False)])
def test_right_values_are_as_secret_as_hidden_laws(reveal: Reveal, seen: bool) -> None:
    laws = ("runs_and_returns_a_tensor", "shapes_match", "queries_are_independent")
    result = judged(FEWSHOT, mistake(FEWSHOT, "probabilities_scaled_by_the_largest"), laws)
    found = shown(exercise_seen_by(result, "student", reveal))
    assert bool(found.right) is seen
    assert found.facts  # what the student's own calls gave is no secret


@pytest.mark.parametrize(
    ("corpus", "name", "way"),
    [
        (
            FEWSHOT,
            "loss_probabilities_into_cross_entropy",
            ["prototypes", "squared distances (query, prototype)"],
        ),
        (MATCHING, "loss_probabilities_into_cross_entropy", ["similarities (query, support item)"]),
    ],
)
def test_of_a_wrong_loss_the_way_is_told(corpus: Corpus, name: str, way: list[str]) -> None:
    found = shown(judged(corpus, mistake(corpus, name)))
    told = [label.removeprefix("On the way: ") for label, _ in found.right]
    assert told == [*way, "probabilities", "loss of each query"]
    assert found.what == "loss"


def test_a_fault_at_a_size_is_shown_at_that_size() -> None:
    result = judged(FEWSHOT, Program("five", "", {"class_prototypes": RIGHT_UP_TO_FIVE}))
    assert "With 5 points in a class this law holds, with 6 it is broken." in leading(result).message
    assert shown(result).arguments["labels"].count("0") == 6
    result = judged(FEWSHOT, Program("fifty", "", {"class_prototypes": WRONG_FROM_51_FEATURES}))
    assert "With 50 features this law holds, with 51 it is broken." in leading(result).message
    namespace = _namespace(WRONG_FROM_51_FEATURES)
    exec(shown(result).snippet.replace("print(result)", ""), namespace)  # what is told can be made
    assert tuple(namespace["result"][0].shape) == (2, 51)
    first = float(namespace["result"][0][0, 0])
    assert f"{first:g}"[:6] in shown(result).returned


def _namespace(source: str) -> dict[str, Any]:
    import torch

    namespace: dict[str, Any] = {"torch": torch}
    exec(source, namespace)
    return namespace


def test_an_error_says_what_had_to_come_back_and_is_told_once() -> None:
    laws = ("agrees_with_the_reference", "labels_are_only_names", "affine_maps_commute")
    result = judged(FEWSHOT, Program("raises", "", {"class_prototypes": RAISES}), laws)
    assert leading(result).verdict == "raised"
    assert shown(result).expected
    (folded,) = view.exercise(result).folded
    assert folded.reason == "The same error breaks"
    assert exercise_text(result).count("KeyError") == 2  # the message, and in what came back its name alone


def test_where_the_answer_is_right_no_way_to_it_is_told() -> None:
    found = shown(judged(FEWSHOT, mistake(FEWSHOT, "loss_leaves_evaluation_mode")))
    assert found.right == ()


def test_the_other_argument_s_gradient_is_told() -> None:
    found = shown(judged(FEWSHOT, mistake(FEWSHOT, "probabilities_prototypes_detached")))
    assert dict(found.facts)["Gradients"] == "queries: finite numbers\nprototypes: none"
    assert found.what == "gradient"


def test_for_which_shapes_it_is_right_is_told() -> None:
    facts = dict(shown(judged(FEWSHOT, mistake(FEWSHOT, "probabilities_squeezed"))).facts)
    assert "queries (1, " in facts["The shape is wrong for"]
    assert "queries (1, " not in facts["The shape is right for"]


def test_a_rounding_is_told_once() -> None:
    result = judged(MATCHING, mistake(MATCHING, "vote_made_float"))
    assert leading(result).name == "dtype_is_kept"
    assert exercise_text(result).count("float32's rounding") == 0
    assert any("size of float32" in group.reason for group in view.exercise(result).folded)


def test_no_private_name_reaches_a_student() -> None:
    for corpus, name in (
        (FEWSHOT, "train_no_zero_grad"),
        (FEWSHOT, "net_layers_in_a_list"),
        (FEWSHOT, "loss_leaves_evaluation_mode"),
    ):
        text = exercise_text(judged(corpus, mistake(corpus, name)))
        assert "fixtures" not in text
        assert "props." not in text


def test_alone_and_among_others_are_told_apart() -> None:
    name = "net_batch_statistics_in_evaluation"
    result = judged(FEWSHOT, mistake(FEWSHOT, name), ("images_are_independent_in_evaluation",))
    assert "Among other images it is" in leading(result).message


def test_a_call_with_a_name_of_its_own_shows_its_own_arguments_and_snippet() -> None:
    found = shown(
        judged(FEWSHOT, mistake(FEWSHOT, "train_cuda_wherever_there_is_one"), ("network_ends_on_the_device",))
    )
    assert "device='cpu'" in found.call
    assert found.arguments["device"] == "'cpu'"
    assert "device='cpu'" in found.snippet
    assert "device='cuda'" not in found.snippet
