"""`autograder new`: what it writes is in order as it stands, in a course of its own and in the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from autograder.classroom.handed_in import submissions
from autograder.classroom.run import grade
from autograder.cli import validate as cli_validate
from autograder.cli.new import new
from autograder.cli.validate import validate
from autograder.course import assignment, corpus, folders
from autograder.course.corpus import Program
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.release import candidate, skeleton
from autograder.runner import Grader, run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.jailed import Sandbox

ROOT = Path(__file__).parents[2]


PLANNER = Planner(1, Settings())  # draws each check once
Checks = tuple[registry.Check, ...]


@pytest.fixture(scope="module")
def checks(template: Path) -> Iterator[Checks]:
    registry.use(template)
    yield registry.load("tiny", hidden=True)
    registry.use(ROOT)


def verdicts(course: Path, checks: Checks, program: Program) -> dict[str, str]:
    source = assignment.load(folders.source(course, "tiny"))
    notebook = corpus.as_notebook(source.notebook, program.cells)
    cells = [cell for cell in notebook.code if cell.solution or cell.grade_id == "imports"]
    transport = InProcess()
    transport.run(replace(notebook, cells=tuple(cells)))
    found = run_exercises(checks, transport, PLANNER)
    return {f"{name}/{each.name}": each.verdict for name, results in found.items() for each in results}


def test_its_solutions_pass(template: Path, checks: Checks) -> None:
    programs = corpus.read_all(template / "corpus" / "tiny" / "solutions")
    assert len(programs) >= 3
    for program in programs:
        assert set(verdicts(template, checks, program).values()) == {"holds"}, program.name


def test_each_of_its_checks_catches_the_mistake_that_names_it(template: Path, checks: Checks) -> None:
    programs = corpus.read_all(template / "corpus" / "tiny" / "mistakes")
    assert {program.caught_by for program in programs} == {f"{each.exercise}/{each.name}" for each in checks}
    for program in programs:
        assert verdicts(template, checks, program)[str(program.caught_by)] == "falsified", program.name


def test_validate_finds_it_in_order(
    course: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_validate, "Sandbox", lambda **_: nullcontext(sandbox))
    with pytest.raises(typer.Exit) as ended:
        validate("tiny", course=course)
    told = capsys.readouterr().out
    assert ended.value.exit_code == 0, told
    assert told.count("✓") == 6
    assert "the source earns every point (2 of 2)" in told
    assert "the stub earns nothing and stops with NotImplementedError (0 points)" in told
    assert "each exercise earns its points alone, the others being stubs (1 exercises)" in told


def test_a_course_of_its_own_is_graded_with_its_own_checks(course: Path, sandbox: Sandbox) -> None:
    folder = course / "submitted" / "ada" / "tiny"
    folder.mkdir(parents=True)
    mistake = corpus.read(course / "corpus" / "tiny" / "mistakes" / "centred_twice_as_large.py")
    document = corpus.as_submission(folders.source(course, "tiny"), mistake.cells)
    (folder / "tiny.ipynb").write_text(json.dumps(document), encoding="utf-8")
    grader = Grader(assignment.of_course(course, "tiny"), Settings(), sandbox)
    (submission,) = submissions(course, "tiny")
    (graded,) = grade(grader, [submission], course)
    assert (graded.score.status, graded.score.score, graded.score.max_score) == ("graded", 0.6667, 2.0)
    broken = [check for exercise in graded.score.exercises for check in exercise.checks if check.credit < 1]
    assert [(check.name, check.visibility) for check in broken] == [("agrees_with_the_definition", "hidden")]


def test_it_does_not_write_over_anything(course: Path) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="already"):
        new("tiny", course=course)
    with pytest.raises(UsageError, match="already"):
        skeleton.write("tiny", course, skeleton.files("tiny", course))
    with pytest.raises(UsageError, match="already"):
        new("fewshot", course=course)
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["Tiny", "2d", "a-b", "class", "", "../x", "a.b"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        new(name, course=tmp_path / "course")
    assert not (tmp_path / "course").exists()


def test_a_second_assignment_stands_beside_the_first(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new("other", course=course)
    assert "autograder validate other" in capsys.readouterr().out.replace("\n", " ")
    assert {"tiny", "other", "fewshot"} <= set(registry.assignments()) | {"other"}
    piece = candidate.of(course, "other")
    assert {check.assignment for check in piece.checks} == {"other"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout's tracked files, with a new assignment in it."""
    copy = tmp_path / "checkout"
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in tracked.stdout.splitlines():
        if not name.startswith(("tests/reference", "tests/golden", "tests/sandbox")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    skeleton.write("brand_new", copy, skeleton.files("brand_new", copy))
    return copy


def inside(checkout: Path, *command: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


# those of tests/house that look at every assignment, and at what students get of it
ROOMS = [f"tests/house/test_{name}.py" for name in ("docstrings", "examples", "layers", "student_package")]


def test_in_the_checkout_it_passes_the_house_and_the_lint(checkout: Path) -> None:
    assert (checkout / "autograder" / "hidden" / "brand_new" / "centred.py").is_file()
    assert (checkout / "corpus" / "brand_new" / "mistakes" / "centred_rows.py").is_file()
    inside(checkout, "ruff", "check", ".")
    inside(checkout, "ruff", "format", "--check", ".")
    inside(checkout, "pytest", *ROOMS, "-k", "brand_new or not test_layers", "-p", "no:cacheprovider")


@pytest.mark.campaign
def test_in_the_checkout_it_passes_every_test_of_assignments(checkout: Path) -> None:
    """All of tests/house and tests/checks, mypy, validate and release: some minutes."""
    inside(checkout, "mypy")
    inside(
        checkout, "pytest", "tests/house", "tests/checks", "tests/test_variants.py", "-p", "no:cacheprovider"
    )
    inside(checkout, "autograder", "validate", "brand_new", "--course", str(checkout))
    inside(checkout, "autograder", "release", "brand_new", "--course", str(checkout))
