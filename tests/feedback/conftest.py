"""Submissions as feedback meets them; every text that people read of them is a snapshot (tests/conftest.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from autograder.model import (
    Blame,
    CheckResult,
    Counterexample,
    ExerciseResult,
    Failure,
    ReadFile,
    Receipt,
    Score,
    Verdict,
    Visibility,
)
from autograder.runner import scoring

#: exercise -> (points, public laws, hidden laws); the first laws are the ladder's
LAWS: dict[str, tuple[float, list[str], list[str]]] = {
    "class_prototypes": (
        4.0,
        [
            "It runs and returns a pair.",
            "Shapes are (c, d) for the prototypes and (c,) for the classes.",
            "The classes are the distinct labels, in ascending order.",
            "The order of the support set does not matter.",
            "Labels are only names: renaming classes moves no prototype.",
            "Moving, turning or stretching all embeddings moves the prototypes along.",
            "A class whose embeddings are all equal has that embedding as its prototype.",
            "A single shot is its own prototype.",
            "The inputs stay as they were.",
        ],
        ["Every embedding of a class has the same share in its prototype.", "It agrees with the reference."],
    ),
    "class_probabilities": (
        3.0,
        [
            "It runs and returns a tensor.",
            "Shapes are (q, c), for one query and for one class too.",
            "Every row is a distribution: no negative entry, and a sum of one.",
            "Permuting the prototypes permutes the columns.",
            "The nearest prototype is the most probable one.",
        ],
        ["Scaling space by a factor multiplies the log-odds by its square."],
    ),
    "sample_episode": (
        3.0,
        [
            "It runs and returns two tensors of indices.",
            "There are n_way * k_shot support items and n_way * n_query query items.",
            "No item occurs twice, neither within support or query nor across them.",
            "The generator alone decides: the same state gives the same episode.",
        ],
        ["Every class is equally likely."],
    ),
    "train": (
        2.0,
        ["It runs and returns one loss per episode.", "Parameters change."],
        ["It goes downhill."],
    ),
    "trained_weights": (
        1.0,
        ["The weights fit the network.", "Accuracy on new alphabets earns the points."],
        [],
    ),
}
#: law -> its weight; all others have weight 1
ESSENTIAL = {
    "It agrees with the reference.": 3.0,
    "Every row is a distribution: no negative entry, and a sum of one.": 1.0,
    "Scaling space by a factor multiplies the log-odds by its square.": 2.0,
}
READ = {
    "class_prototypes": "Equation (1); slides 12 to 15",
    "class_probabilities": "Equation (2)",
    "train": "Algorithm 1",
}
VERSIONS = {"python": "3.11.7", "torch": "2.13.0", "fewlabels": "0.1.0", "hypothesis": "6.170.15"}


def _checks(exercise: str) -> list[CheckResult]:
    _, public, hidden = LAWS[exercise]
    laws: list[tuple[str, Visibility]] = [(law, "public") for law in public]
    laws += [(law, "hidden") for law in hidden]
    return [
        CheckResult(
            re.sub(r"\W+", "_", law.lower())[:40].strip("_"),
            law,
            visibility,
            ESSENTIAL.get(law, 1.0),
            "holds",
            examples=60,
            credit=1.0,
            read=READ.get(exercise, ""),
            essential=law in ESSENTIAL,
        )
        for law, visibility in laws
    ]


def _exercise(
    name: str, checks: list[CheckResult] | None = None, blame: Blame | None = None, note: str = ""
) -> ExerciseResult:
    checks = _checks(name) if checks is None else checks
    earned = scoring.earned(checks) if blame is None else 0.0
    return ExerciseResult(name, LAWS[name][0] * earned, LAWS[name][0], blame, tuple(checks), note=note)


WRITTEN = ExerciseResult("written", 0.0, 2.0, None, manual=True)


def _score(student: str, *changed: ExerciseResult, pending: float = 2.0) -> Score:
    by_name = {exercise.name: exercise for exercise in changed}
    exercises = [*(by_name.get(name) or _exercise(name) for name in LAWS), WRITTEN]
    total = sum(exercise.points for exercise in exercises)
    return Score(
        "fewshot",
        student,
        "pending",
        total,
        15.0,
        pending,
        20261,
        "bubblewrap+landlock+seccomp",
        "simulated_cuda",
        VERSIONS,
        tuple(exercises),
    )


def _break(
    exercise: str,
    at: int,
    verdict: Verdict,
    message: str,
    found: Counterexample | None = None,
    skipping: Iterable[int] = (),
) -> list[CheckResult]:
    checks = _checks(exercise)
    checks[at] = replace(
        checks[at], verdict=verdict, message=message, counterexample=found, credit=0.0, examples=7
    )
    for index in skipping:
        checks[index] = replace(checks[index], verdict="skipped", credit=0.0, examples=0)
    return checks


def _uneven() -> Score:
    found = Counterexample(
        call="class_prototypes(embeddings, labels)",
        arguments={
            "embeddings": "tensor([[0., 0.],\n        [2., 0.],\n        [1., 3.],\n        [4., 2.],\n"
            "        [6., 2.]])",
            "labels": "tensor([3, 3, 3, 7, 7])",
        },
        returned="(tensor([[1.2000, 1.2000],\n         [4.0000, 1.6000]]),\n tensor([3, 7]))",
        expected="the prototypes of unmoved embeddings, moved alike: tensor([[1., 1.],\n        [5., 2.]])",
        snippet="import torch\n\n"
        "embeddings = torch.tensor([[0., 0.], [2., 0.], [1., 3.], [4., 2.], [6., 2.]])\n"
        "labels = torch.tensor([3, 3, 3, 7, 7])\nclass_prototypes(embeddings, labels)\n",
        picture={
            "kind": "plane",
            "support": [[0, 0], [2, 0], [1, 3], [4, 2], [6, 2]],
            "labels": [3, 3, 3, 7, 7],
            "classes": [3, 7],
            "returned": [[1.2, 1.2], [4.0, 1.6]],
            "expected": [[1.0, 1.0], [5.0, 2.0]],
        },
    )
    message = "prototypes[0, 0] came back as 1.2; it had to be 1.0, and may be off by 1e-14."
    checks = _break("class_prototypes", 5, "falsified", message, found)
    checks[6] = replace(
        checks[6], verdict="falsified", credit=0.0, message="prototypes[1, 0] is 1.6; it had to be 2.0."
    )
    checks[10] = replace(checks[10], verdict="skipped", credit=0.0, examples=0)
    read = Receipt((ReadFile("fewshot.ipynb", 123_456, "9f86d081884c7d65" * 4),), {})
    return replace(_score("grace.hopper", _exercise("class_prototypes", checks)), receipt=read)


def _raised() -> Score:
    found = Counterexample(
        call="class_probabilities(queries, prototypes)",
        arguments={
            "queries": "tensor([[0.5000, 0.2500]])",
            "prototypes": "tensor([[0., 0.],\n        [1., 1.]])",
        },
        returned="IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        expected="a tensor of shape (1, 2)",
        snippet="import torch\n\nqueries = torch.tensor([[0.5, 0.25]])\n"
        "prototypes = torch.tensor([[0., 0.], [1., 1.]])\nclass_probabilities(queries, prototypes)\n",
    )
    message = "With one query the function raised an error in line 4: probabilities.squeeze().softmax(1)"
    checks = _break("class_probabilities", 1, "raised", message, found, skipping=(2, 3, 4, 5))
    return _score("Zoë Ångström", _exercise("class_probabilities", checks))


def _timed_out() -> Score:
    message = "sample_episode(labels, 5, 1, 1, generator) took longer than 2 seconds, twice."
    checks = _break("sample_episode", 0, "timed_out", message, skipping=(1, 2, 3, 4))
    return _score("linus", _exercise("sample_episode", checks))


def _missing() -> Score:
    checks = _break(
        "train", 0, "missing", "The notebook does not define train: cell 14 is empty.", skipping=(1, 2)
    )
    for index in (1, 2):
        checks[index] = replace(checks[index], message="Not looked at, because train is not defined.")
    weights = _break(
        "trained_weights",
        1,
        "falsified",
        "0.71 of 400 queries were classified rightly; full points from 0.8.",
    )
    weights[1] = replace(weights[1], credit=0.55)
    return _score("barbara", _exercise("train", checks), _exercise("trained_weights", weights))


def _grader_fault() -> Score:
    checks = [
        replace(check, verdict="grader_fault", credit=0.0, message="zygote gone")
        for check in _checks("train")
    ]
    failed = _exercise("train", checks, "grader", "SandboxBroken: the zygote ended twice (signal 9)")
    unsettled = _checks("sample_episode")
    unsettled[3] = replace(unsettled[3], verdict="inconsistent", credit=0.0)
    score = _score("ada", failed, _exercise("sample_episode", unsettled), pending=4.0)
    return replace(score, notes=("The sandbox was started anew before train.",))


def _hidden() -> Score:
    found = Counterexample(
        call="class_probabilities(queries, prototypes)",
        arguments={"queries": "tensor([[0.0, 0.0]])", "prototypes": "tensor([[1.0, 0.0], [2.0, 0.0]])"},
        returned="tensor([[0.7311, 0.2689]])",
        expected="tensor([[0.9526, 0.0474]])",
        snippet="class_probabilities(torch.zeros(1, 2), torch.tensor([[1., 0.], [2., 0.]]))\n",
        picture={"kind": "rows", "returned": [[0.7311, 0.2689]], "expected": [[0.9526, 0.0474]]},
    )
    checks = _break(
        "class_probabilities", 5, "falsified", "SECRET log-odds were 1.0; they had to be 3.0.", found
    )
    twice = Counterexample(
        call="sample_episode(labels, n_way=2, k_shot=1, n_query=2, generator)",
        arguments={"labels": "tensor([5, 5, 5, -2, -2, -2])"},
        returned="(tensor([0, 3]), tensor([0, 1, 4, 5]))",
        expected="no item twice",
        picture={
            "kind": "episode",
            "classes": [5, 5, 5, -2, -2, -2],
            "support": [0, 3],
            "query": [0, 1, 4, 5],
            "overlap": [0],
        },
    )
    sampled = _break(
        "sample_episode", 2, "falsified", "Item 0 is in the support set and in the query set.", twice
    )
    return _score("kurt", _exercise("class_probabilities", checks), _exercise("sample_episode", sampled))


def _compared() -> Score:
    """Two answers of one's own, and what is right; further laws that say nothing new."""
    found = Counterexample(
        call="class_prototypes(embeddings, labels)",
        arguments={"embeddings": "[[1.]\n [3.]]", "labels": "[0 0]", "labels (call 2)": "[7 7]"},
        returned="[[3.]]",
        expected="[[1.]]",
        snippet="import torch\nprint(class_prototypes(torch.tensor([[1.0], [3.0]]), torch.tensor([7, 7])))",
        what="prototypes, call 2",
        own="call 1",
        facts=(("Call 1 gave", "[[1.]]\n[0]"), ("How often", "for 12 of 102 inputs that were tried")),
        right=(("The right prototypes (call 1)", "[[2.]]"), ("The right prototypes (call 2)", "[[2.]]")),
    )
    checks = _break("class_prototypes", 2, "falsified", "prototypes[0, 0] is 3, but it has to be 1.", found)
    checks[2] = replace(checks[2], leads=True)
    for number in (3, 4):
        other = Counterexample("class_prototypes(embeddings, labels)", what="prototypes")
        checks[number] = replace(
            checks[number], verdict="falsified", credit=0.0, message="Another number.", counterexample=other
        )
    return _score("grace", _exercise("class_prototypes", checks))


def _ungraded() -> Score:
    error = Failure(
        "student",
        "The file is no notebook: it is no JSON (line 1, column 1: expecting value).",
        "Open it in Jupyter, save it there and submit that file.",
        "submitted/alan/fewshot/fewshot.ipynb",
        None,
    )
    return replace(
        _score("alan"), status="ungraded", score=None, pending_points=0.0, exercises=(), error=error
    )


SCORES: dict[str, Callable[[], Score]] = {
    "perfect": lambda: _score("emmy"),
    "uneven": _uneven,
    "raised": _raised,
    "timed_out": _timed_out,
    "missing": _missing,
    "grader_fault": _grader_fault,
    "hidden": _hidden,
    "ungraded": _ungraded,
}


@pytest.fixture(params=list(SCORES))
def case(request: pytest.FixtureRequest) -> str:
    """The name of each submission in turn."""
    return request.param


@pytest.fixture
def score(case: str) -> Score:
    return SCORES[case]()


@pytest.fixture
def compared() -> Score:
    return _compared()


@pytest.fixture
def scores() -> dict[str, Score]:
    return {name: make() for name, make in SCORES.items()}
