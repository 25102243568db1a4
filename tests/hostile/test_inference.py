"""What a student can learn of hidden checks, and what a function gains by recognising its inputs: as little as the course says."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import assignment
from autograder.course.settings import Settings
from autograder.feedback.html import student_page
from autograder.feedback.text import student_text
from autograder.laws import registry
from autograder.model import Cell, Notebook, Score
from autograder.nbgrader_bridge.cell_outputs import judged_outputs
from autograder.runner import Grader, run_exercises
from autograder.runner.plans import Planner
from autograder.runner.scoring import exercise_results
from autograder.sandbox.inprocess import InProcess
from tests.hostile import course
from tests.hostile.arena import Arena
from tests.runner.made_up import check as check_of

ROOT = Path(__file__).resolve().parents[2]
LEAK = """
import torch
kept = []
def double(x):
    kept.append(x.tolist())
    return 2 * x
def centre(x):
    raise ValueError("I was asked " + repr(kept))
"""


def graded(source: str, reveal: str, seed: int = course.SEED) -> Score:
    """The half of the way that matters here, in process: the laws, and their score."""
    boundary = _Here(source)
    planner = Planner(seed, Settings(reveal=reveal))  # type: ignore[arg-type]
    results = run_exercises(course.CHECKS, boundary.transport, planner)
    exercises = exercise_results(course.assignment(), results)
    return replace(_score(), exercises=exercises)


class _Here:
    def __init__(self, source: str) -> None:
        self.transport = InProcess()
        self.transport.run(Notebook("n", (Cell(0, "code", source),)))


def _score() -> Score:
    return Score("tiny", "ada", "graded", 1.0, 9.0, 0.0, course.SEED, "in process", "cpu", {})


def hidden_numbers() -> list[str]:
    """The hidden inputs of `double`, as Python writes them and as messages round them."""
    seed = registry_seed("doubles")
    return [text for number in course._secret(seed) for text in (repr(float(number)), f"{number:.5f}"[:7])]


def registry_seed(name: str) -> int:
    from autograder.runner.drawing import seed_of

    return seed_of(next(check for check in course.CHECKS if check.name == name), course.SEED)


def read_by_students(score: Score, reveal: Any) -> str:
    shown = [str(output) for each in score.exercises for output in judged_outputs(each, each.points, reveal)]
    return student_page(score, reveal=reveal) + str(student_text(score, reveal=reveal)) + "".join(shown)


def test_hidden_inputs_are_not_shown_unless_the_course_allows_it() -> None:
    wrong = f"import torch\n{course.WRONG_DOUBLE}{course.RIGHT_CENTRE}"
    secrets = hidden_numbers()
    for reveal, shown in (("law", False), ("counterexample", True)):
        text = read_by_students(graded(wrong, reveal), reveal)
        assert any(secret in text for secret in secrets) is shown, reveal


def test_a_function_cannot_carry_hidden_inputs_into_what_is_shown() -> None:
    """It keeps the inputs of one exercise and raises them in the public check of the next."""
    secrets = hidden_numbers()
    assert not [each for each in secrets if each in read_by_students(graded(LEAK, "law"), "law")]
    assert [
        each for each in secrets if each in read_by_students(graded(LEAK, "counterexample"), "counterexample")
    ]


def test_recognising_the_counterexample_that_was_shown_wins_nothing(arena: Arena, tmp_path: Path) -> None:
    """Whoever hands in again, right for the one input that was shown, is caught by the others."""
    first = arena.grader.grade(course.hand_in(tmp_path / "a", course.document()), "ada").score
    found = [
        check.counterexample for each in first.exercises for check in each.checks if check.counterexample
    ]
    numbers = sorted(
        {
            float(n)
            for each in found
            for text in each.arguments.values()
            for n in re.findall(r"-?\d+\.?\d*", text)
        }
    )
    learnt = (
        f"SHOWN = {numbers!r}\ndef double(x):\n"
        "    known = all(min(abs(v - n) for n in SHOWN) < 1e-4 for v in x.tolist())\n"
        "    return 2 * x if known else x + x.abs()\n"
    )
    cheat = course.attacked([], {"double": learnt})
    again = arena.grader.grade(course.hand_in(tmp_path / "b", cheat), "ada").score
    assert "double" in [each.name for each in again.exercises if each.blame == "student"]
    if (
        again.score != first.score
    ):  # the hidden check has one input, and that was shown: another seed asks another
        other = Grader(
            course.assignment(),
            Settings(seed=course.SEED + 1, limits=course.LIMITS),
            arena.sandbox,
            checks=course.CHECKS,
        )
        fresh = other.grade(tmp_path / "b" / f"{course.NAME}.ipynb", "ada").score
        assert fresh.score is not None
        assert fresh.score <= (first.score or 0.0)


def test_another_seed_asks_other_inputs_and_the_seed_stays_outside() -> None:
    one, other = Planner(1, Settings()), Planner(2, Settings())
    for check in course.CHECKS:
        mine, yours = one.plan(check).batch, other.plan(check).batch
        assert mine.encoded.payload != yours.encoded.payload, check.name
        for seed in (1, registry_seed(check.name)):
            for call in mine.calls:
                assert seed not in [value for value in call.arguments.values() if isinstance(value, int)]


def test_a_replay_builds_its_inputs_anew_in_a_fresh_child(arena: Arena, tmp_path: Path) -> None:
    """What the function kept, and what it did to its arguments, is gone when the counterexample is asked again."""
    forgetful = "asked = []\ndef double(x):\n    asked.append(x)\n    for each in asked: each.zero_()\n    return x + len(asked)\n"
    cheat = course.attacked([], {"double": forgetful})
    score = arena.grader.grade(course.hand_in(tmp_path, cheat), "ada").score
    found = next(check for each in score.exercises for check in each.checks if check.name == "adds_up")
    assert found.verdict in ("falsified", "inconsistent")
    assert found.credit == 0.0


def lines_of_staff() -> set[str]:
    """Every line of code that only staff may read: the reference solutions and the bodies of hidden checks."""
    found = set()
    for path in [
        *(ROOT / "reference").glob("*.py"),
        *(ROOT / "autograder" / "hidden" / "fewshot").glob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Return | ast.Assign) and node.value is not None:
                text = ast.unparse(node.value)
                if len(text) > 25 and not text.startswith(("Violation(", "'", '"')):
                    found.add(text)
    return found


DIVIDES_BY_N_WAY = """
import torch
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    return torch.stack([embeddings[labels == k].sum(0) for k in classes]) / len(classes), classes
"""


def test_feedback_holds_no_formula_of_staff() -> None:
    """For a wrong program of the shipped assignment, where the course reveals all that it can."""
    source = assignment.load(ROOT / "assignments" / "fewshot" / "fewshot.ipynb", "fewshot")
    known = registry.load("fewshot", hidden=True)
    mine = [each for each in known if each.exercise == "class_prototypes" and each.visibility == "hidden"]
    secret = lines_of_staff()
    assert len(secret) > 100
    here = InProcess()
    here.run(Notebook("n", (Cell(0, "code", DIVIDES_BY_N_WAY),)))
    results = run_exercises([replace(each, examples=4) for each in mine], here, Planner(20261, Settings()))
    assert "falsified" in [
        each.verdict for each in results["class_prototypes"] if each.visibility == "hidden"
    ]
    exercises = tuple(each for each in exercise_results(source, results) if each.checks)
    text = read_by_students(replace(_score(), exercises=exercises), "counterexample")
    assert [line for line in secret if line in text] == []


def test_hidden_laws_that_fail_by_themselves_tell_students_nothing() -> None:
    def breaks(seed: int) -> Any:
        from autograder.laws.vocabulary import Law

        def judge(out: Any) -> None:
            raise RuntimeError("expected was torch.cdist(queries, prototypes) ** 2")

        return Law((course.double(np.zeros(2)),), judge)

    check = check_of(breaks, visibility="hidden")
    here = InProcess()
    here.run(Notebook("n", (Cell(0, "code", course.RIGHT_DOUBLE),)))
    results = run_exercises((check,), here, Planner(1, Settings()))
    score = replace(_score(), exercises=exercise_results(course.assignment(), results))
    assert results["double"][0].verdict == "grader_fault"
    assert "cdist" not in read_by_students(score, "counterexample")
