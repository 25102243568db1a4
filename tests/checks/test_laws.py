"""The laws themselves: what they ask first, what they cost, and that no answer, however odd, makes a check fail by itself.

Which mistakes they catch and which right programs they pass is in test_corpus.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law
from autograder.model import Fixture, Opaque, Outcome, Raised, Returned, Tensor
from autograder.runner.judging import judge
from autograder.sandbox.transport import Batch
from autograder.submission.trained_weights import Weights
from tests.checks.corpora import CORPORA, Corpus, of, right

CHECKS = tuple(check for mine in CORPORA for check in registry.load(mine.name, hidden=True))
EXERCISES = tuple(dict.fromkeys((check.assignment, check.exercise) for check in CHECKS))
EACH = pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.exercise}/{check.name}")
EXERCISE = pytest.mark.parametrize("exercise", EXERCISES, ids="/".join)


def of_exercise(exercise: tuple[str, str]) -> list[Check]:
    return [check for check in CHECKS if (check.assignment, check.exercise) == exercise]


def laws(check: Check) -> Sequence[Law]:
    return of(check.assignment).planner.plan(check, weights(check.assignment)).laws


@lru_cache
def weights(assignment: str) -> Weights:
    """Those of an untrained network, where the assignment has one."""
    network = right(assignment)._namespace.get("EmbeddingNet")
    state = network().state_dict() if network is not None else {}
    return Weights({name: each.numpy() for name, each in state.items()})


# --- what they say


@EXERCISE
def test_every_law_is_one_sentence_and_said_once(exercise: tuple[str, str]) -> None:
    sentences = [check.law for check in of_exercise(exercise)]
    assert len(set(sentences)) == len(sentences)
    begun_small = [each for each in sentences if not each[0].isupper()]
    assert [each for each in begun_small if each.split()[0] not in ("losses[i]", "fewshot.safetensors")] == []
    assert [each for each in sentences if len(each) > 200] == []


@EXERCISE
def test_every_exercise_begins_with_a_public_rung(exercise: tuple[str, str]) -> None:
    mine = of_exercise(exercise)
    assert mine[0].precondition
    rungs = [check.precondition for check in mine]
    assert rungs == sorted(rungs, reverse=True)
    assert [check.name for check in mine if check.precondition and check.visibility == "hidden"] == []


def test_exercises_of_two_assignments_have_different_names() -> None:
    """`check("NAME")` in a notebook finds the assignment by the name of the exercise."""
    names = [name for _, name in EXERCISES]
    assert len(set(names)) == len(names)


@EACH
def test_as_many_inputs_are_drawn_as_the_check_says(check: Check) -> None:
    assert len(laws(check)) == check.examples + len(check.also)


# --- what they cost


@pytest.mark.parametrize("mine", CORPORA, ids=lambda mine: mine.name)
def test_a_submission_is_asked_no_more_than_some_thousand_questions(mine: Corpus) -> None:
    """Calls are what grading spends its time with: a law that doubles their number should be noticed."""
    calls = sum(len(law.calls) for check in CHECKS if check.assignment == mine.name for law in laws(check))
    assert calls < 9_000


@EACH
def test_arguments_are_values_that_can_be_sent(check: Check) -> None:
    for law in laws(check):
        for call in law.calls:
            for value in (*call.arguments.values(), *call.keywords.values()):
                arrays = value if isinstance(value, list) else [value]
                for array in arrays:
                    if isinstance(array, np.ndarray):
                        assert array.dtype in (np.float32, np.float64, np.int64, np.bool_)
                        assert array.dtype.kind != "f" or np.isfinite(array).all()


# --- odd answers

NAN = Tensor(np.full((2, 2), np.nan), "float64")
ODD: tuple[Any, ...] = (
    None,
    3,
    -1.5,
    float("nan"),
    True,
    "text",
    [],
    (),
    {},
    (None, None),
    [NAN, NAN],
    {"embeddings": None},
    {"embeddings": [NAN]},
    {"embeddings": NAN, "original": None},
    {"module": True, "parameters": 3, "without_gradient": [[]]},
    Opaque("student.Thing"),
    NAN,
    (NAN, Tensor(np.array([], dtype=np.int64), "int64")),
    Tensor(np.array(1.0), "float64"),
    Tensor(np.array("text"), "str"),
    Tensor(np.zeros((0, 3)), "float64", "cuda:0"),
    Tensor(np.zeros(2, dtype=bool), "bool", library="numpy"),
    [float("inf")] * 3,
    [1.0, "2", None],
    [[1.0], [2.0]],
)


def bent(value: Any) -> Iterator[Any]:
    """A right answer with one thing wrong in it, at every place."""
    if isinstance(value, Tensor):
        array = value.array
        yield replace(value, dtype="bfloat16")
        yield replace(value, device="cuda:0")
        yield replace(value, array=array[..., None])
        yield replace(value, array=array.reshape(-1)[:-1])
        if array.dtype.kind == "f":
            yield replace(value, array=np.full_like(array, np.nan))
            yield replace(value, array=np.full_like(array, -np.inf))
            yield replace(value, array=np.full_like(array, np.finfo(array.dtype).max))
        else:
            yield replace(value, array=array + 1)
            yield replace(value, array=array * 0 - 1)
            yield replace(value, array=array * 0 + np.iinfo(array.dtype).max)
            yield replace(value, array=np.full(array.shape, np.nan), dtype="float64")
    elif isinstance(value, float):
        yield from (float("nan"), float("-inf"), 1e308, -value, 0, None)
    elif isinstance(value, list | tuple):
        yield type(value)([*value, None])
        for i, each in enumerate(value[:3]):
            for other in (None, *bent(each)):
                yield type(value)([*value[:i], other, *value[i + 1 :]])
    elif isinstance(value, dict):
        for name, each in value.items():
            for other in (None, 3, *bent(each)):
                yield {**value, name: other}


def around(outcome: Returned) -> Iterator[Returned]:
    """A right outcome with something else wrong than its value: what a worker may claim besides."""
    odd: tuple[Any, ...] = (
        None,
        3,
        "text",
        {},
        NAN,
        {"parameters": 3, "buffers": [], "training": "yes", "stale": "none"},
    )
    for name in outcome.states:
        for state in (*odd, *bent(outcome.states[name])):
            yield replace(outcome, states={**outcome.states, name: state})
    for name in outcome.gradients:
        for gradient in (None, NAN, Tensor(np.zeros(()), "float64"), *bent(outcome.gradients[name])):
            yield replace(outcome, gradients={**outcome.gradients, name: gradient})
    yield replace(outcome, states={}, gradients={})
    yield replace(outcome, modified=("nothing", "labels"), touched=("nonsense",))


def verdict(law: Law, outcomes: Sequence[Outcome]) -> str:
    finding = judge(law, outcomes)
    return "holds" if finding is None else finding.verdict + ": " + finding.broken.message


@EACH
def test_no_odd_answer_makes_a_check_fail_by_itself(check: Check) -> None:
    """It is the student's fault or it is none: a person is called only for what the grader did wrong."""
    law = laws(check)[0]
    answers = right(check.assignment).answer(Batch(law.calls, check.seconds))
    assert law.raising or all(isinstance(each, Returned) for each in answers)
    found = [verdict(law, [Returned(odd)] * len(law.calls)) for odd in ODD]
    for i, outcome in enumerate(answers[:4]):
        if isinstance(outcome, Returned):
            for other in (
                *(replace(outcome, value=value) for value in bent(outcome.value)),
                *around(outcome),
            ):
                found.append(verdict(law, [*answers[:i], other, *answers[i + 1 :]]))
    found.append(verdict(law, [Raised("RuntimeError", "oh")] * len(law.calls)))
    assert [each for each in found if each.startswith("grader_fault")] == []
    if law.calls:
        assert any(each != "holds" for each in found)


def test_every_prop_is_built_in_some_check() -> None:
    from autograder import fixtures

    used = {
        value.kind
        for check in CHECKS
        for law in laws(check)[:30]
        for call in law.calls
        for value in (*call.arguments.values(), *call.keywords.values())
        if isinstance(value, Fixture)
    }
    assert used == set(fixtures.FIXTURES)
