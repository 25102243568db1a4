"""From file to score: the same bytes each time, and no submission that can stop the grader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Assignment, Exercise
from autograder.course.settings import Settings
from autograder.errors import AssignmentError, SandboxBroken
from autograder.feedback.json import from_json, to_json
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation
from autograder.model import Failure, Limits, Notebook, Raised, Score
from autograder.runner import Grader
from autograder.sandbox.inprocess import InProcess
from tests.checks.fewshot_corpus import CHECKS, SOURCE
from tests.runner.made_up import (
    DOUBLES,
    InThisProcess,
    assignment,
    cell,
    check,
    double,
    numbers,
    write_notebook,
)

DOUBLE = Exercise("double", "double_checks", 3.0, manual=False)
WRITTEN = Exercise("written", "written", 2.0, manual=True)
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return 2 * x.clamp(max=10)"


def fails(x: np.ndarray) -> Law:
    def judge(out: Any) -> Violation | None:
        raise ZeroDivisionError("the check's own mistake")

    return Law((double(x),), judge)


def grader(*checks: Check, exercises: tuple[Exercise, ...] = (DOUBLE,), **changes: Any) -> Grader:
    boundary = changes.pop("boundary", InThisProcess())
    return Grader(assignment(*exercises), Settings(seed=11), boundary, checks=checks or (DOUBLES,), **changes)


def graded(path: Path, *sources: str, by: Grader | None = None, **notebook: Any) -> Score:
    return (by or grader()).grade(write_notebook(path / "made_up.ipynb", *sources, **notebook), "ada").score


# --- scores


def test_a_right_submission_has_every_point(tmp_path: Path) -> None:
    score = graded(tmp_path, RIGHT)
    assert (score.status, score.score, score.max_score, score.pending_points) == ("graded", 3.0, 3.0, 0.0)
    assert (score.assignment, score.student, score.seed, score.sandbox) == (
        "made_up",
        "ada",
        11,
        "in process",
    )
    assert [(each.name, each.blame) for each in score.exercises] == [("double", None)]
    assert score.error is None
    assert set(score.versions) == {"fewlabels", "python", "torch", "numpy", "hypothesis"}


def test_a_wrong_one_has_the_weight_that_held(tmp_path: Path) -> None:
    light = check(lambda x: Law((double(x),), lambda out: None), name="light", weight=2.0, x=numbers(1))
    score = graded(tmp_path, WRONG, by=grader(light, DOUBLES))
    assert score.score == 2.0
    assert score.exercises[0].blame == "student"


def test_an_answer_in_words_waits_for_a_person(tmp_path: Path) -> None:
    score = graded(tmp_path, RIGHT, by=grader(exercises=(DOUBLE, WRITTEN)))
    assert (score.status, score.score, score.max_score, score.pending_points) == ("pending", 3.0, 5.0, 2.0)


def test_a_check_that_fails_by_itself_costs_and_gives_nothing(tmp_path: Path) -> None:
    score = graded(tmp_path, RIGHT, by=grader(DOUBLES, check(fails, x=numbers(1))))
    assert (score.status, score.score, score.pending_points) == ("pending", 0.0, 3.0)
    assert [(each.blame, each.points) for each in score.exercises] == [("grader", 0.0)]


def test_an_exercise_that_no_check_looks_at_waits_for_a_person(tmp_path: Path) -> None:
    forgotten = Exercise("triple", "triple_checks", 1.0, manual=False)
    score = graded(tmp_path, RIGHT, by=grader(exercises=(DOUBLE, forgotten)))
    assert (score.status, score.score, score.pending_points) == ("pending", 3.0, 1.0)


# --- the same again


@pytest.mark.parametrize("source", [RIGHT, WRONG, "", "raise KeyError", "double = 3"])
def test_the_same_submission_and_seed_give_the_same_bytes(tmp_path: Path, source: str) -> None:
    one, other = (graded(tmp_path, source, by=grader()) for _ in range(2))
    assert one == other
    assert to_json(one) == to_json(other)
    assert from_json(to_json(one)) == one


def test_what_was_graded_before_does_not_matter(tmp_path: Path) -> None:
    busy = grader()
    for source in (RIGHT, "double = 3", "import numpy as np; np.random.seed(1)"):
        graded(tmp_path, source, by=busy)
    assert to_json(graded(tmp_path, WRONG, by=busy)) == to_json(graded(tmp_path, WRONG))


def test_inputs_drawn_beforehand_are_those_drawn_at_the_first_submission(tmp_path: Path) -> None:
    told: list[str] = []
    prepared = grader()
    prepared.prepare(lambda each: told.append(each.name))
    assert told == ["doubles"]
    assert to_json(graded(tmp_path, WRONG, by=prepared)) == to_json(graded(tmp_path, WRONG))


def test_a_mistake_of_the_real_assignment_gives_the_same_bytes_and_a_smallest_example(tmp_path: Path) -> None:
    names = (
        "runs_and_returns_a_pair",
        "support_order_does_not_matter",
        "constant_class_gives_that_constant",
        "agrees_with_the_reference",
    )
    prototypes = [each for each in CHECKS if each.exercise == "class_prototypes" and each.name in names]
    exercise = next(each for each in SOURCE.exercises if each.name == "class_prototypes")
    mean_of_all = (
        "import torch\ndef class_prototypes(embeddings, labels):\n    classes = labels.unique()\n"
        "    sums = torch.stack([embeddings[labels == k].sum(0) for k in classes])\n    return sums / len(classes), classes"
    )
    texts = []
    for _ in range(2):
        real = Grader(assignment(exercise), Settings(seed=5), InThisProcess(), checks=prototypes)
        texts.append(to_json(graded(tmp_path, mean_of_all, by=real)))
    assert texts[0] == texts[1]
    results = json.loads(texts[0])["exercises"][0]["checks"]
    broken = [each for each in results if each["verdict"] != "holds"]
    assert "constant_class_gives_that_constant" in [each["name"] for each in broken]
    assert {each["verdict"] for each in broken} == {"falsified"}
    # A shrunk support set: two classes of one feature, in which one coordinate is not 0.
    (leads,) = [each for each in broken if each["leads"]]
    assert leads["name"] == "agrees_with_the_reference"
    assert leads["counterexample"]["arguments"]["embeddings"].count("[") <= 5


# --- the machinery around it


def test_sessions_are_closed_whatever_happens(tmp_path: Path) -> None:
    closed: list[bool] = []

    class Session(InProcess):
        def run(self, notebook: Notebook) -> Any:
            if "boom" in notebook.cells[-1].source:
                raise SandboxBroken("The jail fell over.", remedy="Start it again.")
            return super().run(notebook)

        def close(self) -> None:
            closed.append(True)

    class Boundary:
        name = "brittle"

        def session(self, limits: Limits) -> InProcess:
            return Session()

    by = grader(boundary=Boundary())
    assert graded(tmp_path, RIGHT, by=by).status == "graded"
    broken = graded(tmp_path, "boom", by=by)
    assert closed == [True, True]
    assert (broken.status, broken.score, broken.sandbox) == ("ungraded", None, "brittle")
    assert broken.error == Failure("grader", "The jail fell over.", "Start it again.")


def test_a_bug_of_the_grader_stops_no_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Boundary:
        name = "buggy"

        def session(self, limits: Limits) -> InProcess:
            raise ZeroDivisionError("oh")

    score = graded(tmp_path, RIGHT, by=grader(boundary=Boundary()))
    assert score.status == "ungraded"
    assert score.error == Failure(
        "grader",
        "The grader failed (ZeroDivisionError: oh).",
        "Report it; grade this submission again.",
        file="made_up.ipynb",
    )
    assert "ZeroDivisionError: oh" in capsys.readouterr().err  # staff see where


def test_the_limits_of_the_course_are_those_of_the_session(tmp_path: Path) -> None:
    seen: list[Limits] = []

    class Boundary(InThisProcess):
        def session(self, limits: Limits) -> InProcess:
            seen.append(limits)
            return super().session(limits)

    limits = Limits(cell_seconds=3.0)
    by = Grader(assignment(DOUBLE), Settings(limits=limits), Boundary(), checks=(DOUBLES,))
    graded(tmp_path, RIGHT, by=by)
    assert seen == [limits]


def test_checks_and_exercises_have_to_match() -> None:
    nobody_s = Assignment("fewshot", Notebook("f.ipynb", ()), (DOUBLE,))
    with pytest.raises(AssignmentError, match="f.ipynb: No check looks at double"):
        Grader(nobody_s, Settings(), InThisProcess())


def test_cells_are_reported_without_the_one_that_was_put_in(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "made_up.ipynb", RIGHT, "1 / 0")
    found = grader().grade(path, "ada").cells
    assert [(each.index, each.raised and each.raised.type) for each in found] == [
        (0, None),
        (1, "ZeroDivisionError"),
    ]
    assert isinstance(found[1].raised, Raised)


def test_times_lie_beside_the_score(tmp_path: Path) -> None:
    result = grader().grade(write_notebook(tmp_path / "made_up.ipynb", RIGHT), "ada")
    assert set(result.seconds) == {"cells", "checks", "total"}
    assert result.seconds["total"] >= result.seconds["checks"] > 0


def test_what_was_odd_about_the_notebook_is_noted(tmp_path: Path) -> None:
    source = assignment(DOUBLE, cells=(cell(0, "import torch", "imports", locked=True),))
    by = Grader(source, Settings(seed=11), InThisProcess(), checks=(DOUBLES,))
    assert graded(tmp_path, RIGHT, by=by).notes == ("Cell imports was deleted.",)


# --- submissions that cannot be graded


def test_a_file_that_is_no_notebook_is_ungraded(tmp_path: Path) -> None:
    path = tmp_path / "made_up.ipynb"
    path.write_text("{")
    score = grader().grade(path, "ada").score
    assert (score.status, score.score, score.exercises, score.pending_points) == ("ungraded", None, (), 0.0)
    assert score.error is not None
    assert (score.error.blame, score.error.file) == ("student", "made_up.ipynb")
    assert score.error.what.startswith("The file is no notebook that can be read: it is not JSON")


def test_a_file_that_is_not_there_is_ungraded(tmp_path: Path) -> None:
    score = grader().grade(tmp_path / "made_up.ipynb", "ada").score
    assert score.error is not None
    assert score.error.what == "The file cannot be read (No such file or directory)."
    assert score.error.blame == "grader"


@pytest.mark.parametrize("name", ["ir", "julia-1.10", "bash", "javascript", "julia"])
def test_another_language_is_refused(tmp_path: Path, name: str) -> None:
    score = graded(tmp_path, RIGHT, metadata={"kernelspec": {"name": name, "language": "R"}})
    assert score.error == Failure(
        "student",
        f"The notebook asks for the kernel {name}.",
        "Choose a Python 3 kernel, run the notebook again, and submit it.",
        file="made_up.ipynb",
    )


@pytest.mark.parametrize(
    "name", ["python3", "python", "conda-env-fewshot-py", "Python 3.11 (my course)", "torch"]
)
def test_any_name_that_a_python_kernel_can_have_is_graded(tmp_path: Path, name: str) -> None:
    assert graded(tmp_path, RIGHT, metadata={"kernelspec": {"name": name}}).score == 3.0


@pytest.mark.parametrize(
    "text", ["x = '\udc80'", "def double(:", "\x00", "import sys; sys.exit(3)", "%magic\n!ls"]
)
def test_a_cell_that_is_no_program_costs_no_more_than_its_function(tmp_path: Path, text: str) -> None:
    score = graded(tmp_path, text, RIGHT)
    assert score.score == 3.0
