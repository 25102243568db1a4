"""The source notebook of every assignment: its shape, its student version, and a run without training."""

from __future__ import annotations

import ast
import json
import re
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.assignment import CHECKS_SUFFIX, load, match
from autograder.course.corpus import as_notebook
from autograder.course.dependencies import cells_for
from autograder.laws import registry
from autograder.model import Notebook, Returned
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch
from tests.assignments.running import run
from tests.checks.corpora import ASSIGNMENTS, ROOT, of

REGION = re.compile(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
GENERATE = (
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ClearHiddenTests,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
)
EACH = pytest.mark.parametrize("name", ASSIGNMENTS)


def path_of(name: str) -> Path:
    (path,) = (ROOT / "assignments" / name).glob("*.ipynb")
    return path


def source_of(name: str) -> NotebookNode:
    return nbformat.read(path_of(name), as_version=nbformat.NO_CONVERT)


def stub_of(name: str) -> NotebookNode:
    notebook, resources = deepcopy(source_of(name)), {"unique_key": name, "nbgrader": {}}
    for preprocessor in GENERATE:
        notebook, resources = preprocessor().preprocess(notebook, resources)
    return notebook


def marks(cell: NotebookNode) -> NotebookNode:
    return cell.metadata.get("nbgrader", NotebookNode())


@EACH
def test_it_is_a_valid_notebook_without_outputs(name: str) -> None:
    source = source_of(name)
    nbformat.validate(source)
    MetadataValidator().validate_nb(source)
    ids = [cell.id for cell in source.cells]
    assert len(set(ids)) == len(ids)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert len([cell for cell in source.cells if "parameters" in cell.metadata.get("tags", [])]) == 1


@EACH
def test_exercises_points_and_checks_fit_together(name: str) -> None:
    assignment = load(path_of(name), name)
    match(assignment, registry.load(name, hidden=True))
    text = "\n".join(cell.source for cell in source_of(name).cells if cell.cell_type == "markdown")
    told = re.findall(r"^## .*\((\d+) points?\)$", text, re.MULTILINE)
    assert [int(points) for points in told] == [each.points for each in assignment.exercises]


@EACH
def test_each_solution_is_followed_by_its_checks(name: str) -> None:
    cells = source_of(name).cells
    for cell, following in pairwise(cells):
        if cell.cell_type == "code" and marks(cell).get("solution"):
            exercise = marks(cell).grade_id
            assert marks(following).grade_id == exercise + CHECKS_SUFFIX
            assert following.source == f'check("{exercise}")'
            assert (marks(following).grade, marks(following).locked) == (True, True)


@EACH
def test_the_student_version_holds_no_line_of_a_solution(name: str) -> None:
    source, stub = source_of(name), stub_of(name)
    nbformat.validate(stub)
    solved = [cell for cell in source.cells if marks(cell).get("solution")]
    regions = [region for cell in solved for region in REGION.findall(cell.source)]
    assert len(regions) >= len(solved)
    lines = {line.strip() for region in regions for line in region.splitlines() if len(line.strip()) > 16}
    left = {line.strip() for cell in stub.cells for line in cell.source.splitlines()}
    assert lines & left == set()
    assert "SOLUTION" not in nbformat.writes(stub)


@EACH
def test_a_stub_raises_not_implemented(name: str) -> None:
    """Asked by the first rung of each exercise, as a student's first check(...) would."""
    stubs = {marks(cell).grade_id: cell.source for cell in stub_of(name).cells if marks(cell).get("solution")}
    mine = of(name)
    cells = {exercise: stubs[exercise] for exercise in mine.exercises}
    transport = InProcess()
    whole: Notebook = as_notebook(mine.source.notebook, cells)
    transport.run(cells_for(whole, mine.exercises))
    for exercise in mine.exercises:
        rung = next(each for each in mine.checks if each.exercise == exercise)
        first = transport.answer(Batch(mine.planner.plan(rung).laws[0].calls))[0]
        assert not isinstance(first, Returned)
        assert getattr(first, "type", "") == "NotImplementedError"


@EACH
def test_signatures_of_stubs_are_those_of_the_solutions(name: str) -> None:
    stubs = {marks(cell).grade_id: cell.source for cell in stub_of(name).cells if marks(cell).get("solution")}
    for cell in source_of(name).cells:
        if cell.cell_type == "code" and marks(cell).get("solution"):
            whole, stub = ast.parse(cell.source).body[0], ast.parse(stubs[marks(cell).grade_id]).body[0]
            assert ast.get_docstring(whole) == ast.get_docstring(stub)  # type: ignore[arg-type]
            assert isinstance(whole, ast.ClassDef) or ast.dump(whole.args) == ast.dump(stub.args)  # type: ignore[attr-defined]


def test_matching_runs_from_top_to_bottom_without_training(tmp_path: Path) -> None:
    done = run(source_of("matching"), tmp_path, skip_training=True, graded=True)
    shown = {
        cell.id
        for cell in done.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    }
    assert shown == {
        "data",
        "contrastive-losses-picture",
        "sample-pairs-picture",
        "label-probabilities-picture",
    }
    assert list(tmp_path.iterdir()) == []


@pytest.mark.campaign
def test_both_methods_of_matching_learn_to_compare(tmp_path: Path) -> None:
    probe = "import json\nprint(json.dumps({n: float(measure(e, held_out)[0]) for n, e in rivals.items()}))"
    done = run(source_of("matching"), tmp_path, skip_training=False, graded=False, probe=probe)
    found = json.loads(done.cells[-1].outputs[-1].text)
    assert min(found["siamese"], found["matching"]) > max(found["pixels"], found["untrained"])
