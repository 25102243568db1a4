"""One mistake costs one exercise: later ones are judged with the course's solutions of the earlier ones that they use."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.feedback.class_page import class_page
from autograder.feedback.html import student_page
from autograder.feedback.json import from_json, to_json
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation, function, gives, tensor
from autograder.model import Call, ExerciseResult, Score
from autograder.runner import Grader
from autograder.sandbox.jailed import Sandbox
from tests.runner.made_up import InThisProcess, assignment, cell, check, numbers, write_notebook

DOUBLE = "def double(x):\n    return 2 * x"
QUADRUPLE = "def quadruple(x):\n    return double(double(x))"
OCTUPLE = "def octuple(x):\n    return double(quadruple(x))"
WRONG = "def double(x):\n    return 3 * x"
STUB = "def double(x):\n    raise NotImplementedError()"


def times(name: str, factor: int, visibility: Any = "public") -> Check:
    asked = function(name, "x")

    def gives_it(x: np.ndarray) -> Law:
        return gives(asked(x), factor * x, 1e-9, name)

    return check(gives_it, exercise=name, name=f"{name}_{visibility}", visibility=visibility, x=numbers(2))


def runs(x: np.ndarray) -> Law:
    return Law((function("quadruple", "x")(x),), lambda out: None)


CHECKS = (
    times("double", 2),
    check(runs, exercise="quadruple", x=numbers(1)),
    times("quadruple", 4),
    times("quadruple", 4, "hidden"),
    times("octuple", 8),
)
EXERCISES = tuple(
    Exercise(name, f"{name}_checks", 4.0, manual=False) for name in ("double", "quadruple", "octuple")
)


def grader(boundary: Any = None, checks: tuple[Check, ...] = CHECKS, **settings: Any) -> Grader:
    cells = (
        cell(0, "import torch", "imports", locked=True),
        *(
            cell(at, text, name, solution=True)
            for at, (name, text) in enumerate(
                (("double", DOUBLE), ("quadruple", QUADRUPLE), ("octuple", OCTUPLE)), 1
            )
        ),
    )
    source = assignment(*EXERCISES, cells=cells)
    return Grader(source, Settings(seed=11, **settings), boundary or InThisProcess(), checks=checks)


def graded(folder: Path, *sources: str, by: Grader | None = None) -> Score:
    path = write_notebook(folder / "made_up.ipynb", "import torch", *sources)
    return (by or grader()).grade(path, "ada").score


def points(score: Score) -> list[float]:
    return [each.points for each in score.exercises]


def of(score: Score, name: str) -> ExerciseResult:
    return next(each for each in score.exercises if each.name == name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


# --- what counts


def test_the_better_of_two_results_is_the_one_with_more_points(tmp_path: Path) -> None:
    """With the right `double` an essential law of `quadruple` holds, and two others break that did not."""
    essential = replace(times("quadruple", 4), essential=True)
    others = tuple(
        replace(times("quadruple", 6, visibility), name=f"six_{number}")
        for number, visibility in enumerate(("public", "hidden"))
    )
    checks = (times("double", 2), essential, check(runs, exercise="quadruple", x=numbers(1)), *others)
    score = graded(
        tmp_path, WRONG, "def quadruple(x):\n    return 2 * double(x)", OCTUPLE, by=grader(checks=checks)
    )
    # at first three of four hold, without the essential one: 3/8; with the course's `double` two do, and that is among them
    assert of(score, "quadruple").points == 2.0


@pytest.mark.parametrize("first", [WRONG, STUB, "def double(x) return", "double = 7", "pass"])
def test_a_mistake_costs_the_exercise_that_it_is_in(tmp_path: Path, first: str) -> None:
    score = graded(tmp_path, first, QUADRUPLE, OCTUPLE)
    assert points(score) == [0.0, 4.0, 4.0]
    causes = [each.causes[0] for each in score.exercises[1:]]
    assert [cause.kind for cause in causes] == ["follow_on", "follow_on"]
    assert causes[0].what == (
        "This exercise uses double (exercise 1), which is not right yet. Judged with the course's double: all 3 laws hold."
    )
    assert causes[0].remedy == "Mend exercise 1 first."


def test_the_same_in_the_sandbox_and_twice_the_same_bytes(sandbox: Sandbox, tmp_path: Path) -> None:
    by = grader(sandbox)
    first, second = (graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE, by=by) for _ in range(2))
    assert points(first) == [0.0, 4.0, 4.0]
    assert to_json(first) == to_json(second)


def test_a_course_can_switch_it_off(tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE, by=grader(follow_on=False))
    assert points(score) == [0.0, pytest.approx(4 / 3, abs=1e-3), 0.0]
    assert not any(each.causes for each in score.exercises)


def test_a_mistake_of_its_own_still_costs(tmp_path: Path) -> None:
    wrong = "def quadruple(x):\n    return double(double(x)).clamp(max=30)"
    score = graded(tmp_path, WRONG, wrong, OCTUPLE)
    assert points(score)[0] == 0.0
    assert points(score)[1] < 4.0
    assert points(score)[2] == 4.0
    assert of(score, "octuple").judged_with == ("double", "quadruple")
    assert "Mend exercises 1 and 2 first." in of(score, "octuple").causes[0].remedy


def test_an_exercise_that_is_right_with_the_courses_is_no_mistake_for_those_behind_it(tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE)
    assert of(score, "octuple").judged_with == ("double",)


def test_the_courses_solution_brings_what_it_uses(tmp_path: Path) -> None:
    """The student's own quadruple uses nothing; the course's, which takes its place, uses double."""
    score = graded(tmp_path, WRONG, "def quadruple(x):\n    return 5 * x", OCTUPLE)
    assert points(score)[2] == 4.0


@pytest.mark.parametrize(
    "mine",
    [
        "def quadruple(x):\n    return 4.5 * x",
        "def quadruple(x):\n    double = 2.2\n    return 2 * double * x",
        "def quadruple(x):\n    raise NotImplementedError()",
    ],
)
def test_nothing_runs_again_for_what_does_not_use_an_earlier_one(tmp_path: Path, mine: str) -> None:
    boundary = InThisProcess()
    score = graded(tmp_path, WRONG, mine, OCTUPLE, by=grader(boundary, CHECKS[:4]))
    assert not of(score, "quadruple").judged_with
    assert all("course's" not in cause.what for each in score.exercises for cause in each.causes)


def test_who_makes_no_mistake_pays_nothing(tmp_path: Path) -> None:
    class Counting(InThisProcess):
        def session(self, limits: Any) -> Any:
            made = super().session(limits)
            made.renew = lambda **how: pytest.fail(f"renewed: {how}")  # type: ignore[method-assign]
            return made

    assert points(graded(tmp_path, DOUBLE, QUADRUPLE, OCTUPLE, by=grader(Counting()))) == [4.0, 4.0, 4.0]


# --- notebooks of all kinds


@pytest.mark.parametrize(
    ("cells", "earned"),
    [
        ((WRONG, "helper = double", "def quadruple(x):\n    return helper(helper(x))"), 4.0),
        ((WRONG, "def twice(x):\n    return double(x)", "def quadruple(x):\n    return twice(twice(x))"), 4.0),
        ((WRONG, QUADRUPLE, "def double(x):\n    return 5 * x"), 4.0),
        ((f"{WRONG}\ndef thrice(f, x):\n    return f(f(x))", "def quadruple(x):\n    return thrice(double, x)"), 4.0),
        ((WRONG, f"def double(x):\n    return 7 * x\n{QUADRUPLE}"), 4.0),
        ((QUADRUPLE,), 4.0),
    ],
    ids=["an alias", "a helper", "redefined below", "a helper in its cell", "redefined beside it", "deleted"],
)  # fmt: skip
def test_the_courses_solution_is_found_wherever_names_lead(
    sandbox: Sandbox, tmp_path: Path, cells: tuple[str, ...], earned: float
) -> None:
    score = graded(tmp_path, *cells, by=grader(sandbox, CHECKS[:4]))
    assert of(score, "double").points == 0.0
    assert of(score, "quadruple").points == earned


def test_what_is_mended_further_down_is_used_as_it_is(tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE, DOUBLE)
    assert points(score) == [4.0, 4.0, 4.0]
    assert not any(each.judged_with for each in score.exercises)


def test_a_later_exercise_mended_below_the_last_solution_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, "quadruple = None", OCTUPLE, QUADRUPLE, by=grader(sandbox))
    assert points(score) == [0.0, 4.0, 4.0]


def test_a_class_and_what_is_made_of_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A network as an earlier exercise: a subclass, and an object that an earlier cell made of it."""
    right = (
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super(Net, self).__init__()\n"
        "    def forward(self, x):\n        return 2 * x"
    )
    quadruple = (
        "class Deep(Net):\n    def forward(self, x):\n        assert isinstance(self, Net)\n"
        "        return super().forward(super().forward(x))\ndef quadruple(x):\n    return Deep()(x)"
    )
    ask = function("fixed", "x")
    calls = "def fixed(x):\n    return Net()(x)"

    def of_net(x: np.ndarray) -> Law:
        return gives(ask(x), 2 * x, 1e-9, "fixed")

    cells = (
        cell(0, "import torch", "imports", locked=True),
        cell(1, f"{right}\n{calls}", "net", solution=True),
        cell(2, quadruple, "quadruple", solution=True),
    )
    exercises = (Exercise("net", "net_checks", 4.0, False), EXERCISES[1])
    checks = (check(of_net, exercise="net", x=numbers(2)), CHECKS[2])
    by = Grader(assignment(*exercises, cells=cells), Settings(seed=11), sandbox, checks=checks)
    wrong = right.replace("2 * x", "x")
    score = graded(tmp_path, f"{wrong}\n{calls}", "net = Net()", quadruple, by=by)
    assert points(score) == [0.0, 4.0]


# --- what does not


def test_an_exercise_that_a_person_has_to_judge_is_neither_asked_again_nor_replaced(tmp_path: Path) -> None:
    def fails(x: np.ndarray) -> Law:
        def judge(out: Any) -> Violation | None:
            raise ZeroDivisionError("the check's own mistake")

        return Law((function("double", "x")(x),), judge)

    broken = check(fails, exercise="double", x=numbers(1))
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE, by=grader(checks=(broken, *CHECKS[1:])))
    assert of(score, "double").blame == "grader"
    assert not any(each.judged_with for each in score.exercises)


def test_a_check_that_fails_by_itself_in_there_costs_nobody_a_point(tmp_path: Path) -> None:
    def fails_on_right(x: np.ndarray) -> Law:
        def judge(out: Any) -> Violation | None:
            if np.allclose(out.array, 4 * x):
                raise ZeroDivisionError("the check's own mistake")
            return Violation("It is wrong.")

        return Law((function("quadruple", "x")(x),), judge)

    own = check(fails_on_right, exercise="quadruple", x=numbers(2))
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE, by=grader(checks=(CHECKS[0], own)))
    assert (of(score, "quadruple").blame, score.status) == ("grader", "pending")


def test_exercises_without_a_solution_of_code_are_left_alone(tmp_path: Path) -> None:
    trained = check(runs, exercise="trained", x=numbers(1))
    by = grader(checks=(*CHECKS[:1], trained))
    by.assignment = assignment(
        EXERCISES[0], Exercise("trained", "trained_checks", 1.0, False), cells=by.assignment.notebook.cells
    )
    score = graded(tmp_path, WRONG, "def quadruple(x):\n    return double(None)", by=by)
    assert points(score) == [0.0, 0.0]


# --- what leaves it

SPY = """
import sys
def quadruple(x):
    constants = double.__code__.co_consts
    if constants == (None, 2):  # the course's
        if len(x) == 2:
            return 4 * x
        spy = sys.modules.get("what_a_spy_saw")
        spy.seen.append(constants)
        {there}
    return 5 * x
"""
WAYS = (
    "raise ValueError('seen: ' + repr(constants))",
    "raise KeyError('seen')",
    "raise NotImplementedError('seen')",
    "print('seen: ', constants); open('seen', 'w').write(repr(constants)); return 4.25 * x",
    "return repr(constants)",
    "return 4 * x if len(spy.seen) % 7 else x",
    "import time; time.sleep(0.01); return None",
    "raise SystemExit(7)",
    "return torch.full((3, 3), float('nan'))",
    "return [constants]",
)


def like_its_argument(out: Any, call: Call) -> Violation | None:
    return tensor(out, "the result", call.arguments["x"].shape, "float64")


def test_one_bit_for_each_check_is_all_that_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sees the course's solution, and tries errors, output, a file, values, a late counterexample, time."""
    spy = ModuleType("what_a_spy_saw")
    monkeypatch.setitem(sys.modules, "what_a_spy_saw", spy)
    monkeypatch.chdir(tmp_path)
    asked = function("quadruple", "x", form=like_its_argument)

    def of_one(x: np.ndarray) -> Law:
        return gives(asked(x), 4 * x, 1e-9, "quadruple")

    by = grader(checks=(CHECKS[0], CHECKS[2], check(of_one, exercise="quadruple", x=numbers(1))))
    results = set()
    for there in WAYS:
        spy.seen = []  # type: ignore[attr-defined]
        score = graded(tmp_path, WRONG, SPY.format(there=there), by=by)
        assert spy.seen, "it has not been in the child with the course's solution"
        assert [each.verdict for each in of(score, "quadruple").checks] == ["holds", "falsified"]
        plain = json.loads(to_json(score))
        del plain["receipt"]
        results.add(json.dumps(plain))
    assert len(results) == 1
    assert "seen" not in results.pop()


def test_what_does_not_hold_in_there_says_no_more_than_that(tmp_path: Path) -> None:
    mine = (
        SPY.format(there="return 1 / 0")
        .replace('spy = sys.modules.get("what_a_spy_saw")', "")
        .replace("spy.seen.append(constants)", "")
    )
    ran, public, hidden = of(graded(tmp_path, WRONG, mine, by=grader(checks=CHECKS[:4])), "quadruple").checks
    assert {public.verdict, hidden.verdict} == {"holds"}
    assert (ran.verdict, ran.message, ran.counterexample) == ("falsified", "", None)
    assert ran.judged_with == ("double",)


# --- where it is told


def test_pages_and_json_say_it(tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE)
    assert from_json(to_json(score)) == score
    whole = json.loads(to_json(score))
    assert whole["exercises"][1]["judged_with"] == ["double"]
    assert whole["exercises"][1]["checks"][1]["judged_with"] == ["double"]
    page = student_page(score)
    assert "all 3 laws hold, judged with the course&#39;s double" in page
    assert "Judged with the course&#39;s double: holds." in page
    assert "Mend exercise 1 first." in page


def test_the_class_page_marks_it_and_does_not_call_it_a_cause_outside(tmp_path: Path) -> None:
    score = graded(tmp_path, WRONG, QUADRUPLE, OCTUPLE)
    page = class_page([score], "made_up", {})
    assert page.count("↪") == 2
    assert "an arrow: judged" in page
    assert "Mend exercise 1 first" not in page
    right = class_page([graded(tmp_path, DOUBLE, QUADRUPLE, OCTUPLE)], "made_up", {})
    assert "↪" not in right
    assert "an arrow" not in right
