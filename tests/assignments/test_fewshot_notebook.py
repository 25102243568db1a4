"""The source notebook of assignment fewshot: its shape, its student version, and a run from top to bottom.

The run with training takes minutes and is a campaign: tox run -e campaign, or python -m pytest -m campaign tests/assignments
"""

from __future__ import annotations

import ast
import json
import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
import torch
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.nbgraderformat import MetadataValidator

from tests.assignments.running import run

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "assignments" / "fewshot" / "fewshot.ipynb"
WEIGHTS = "fewshot.safetensors"

# grade_id of the cell with the points -> points, in the order of the notebook
POINTS = {
    "class_prototypes_checks": 4,
    "class_probabilities_checks": 3,
    "sample_episode_checks": 3,
    "episode_loss_checks": 2,
    "embedding_net_checks": 2,
    "train_checks": 3,
    "trained_weights_checks": 1,
    "written": 2,
}
# name -> positional arguments, keyword-only arguments
SIGNATURES = {
    "class_prototypes": (["embeddings", "labels"], []),
    "class_probabilities": (["queries", "prototypes"], []),
    "sample_episode": (["labels", "n_way", "k_shot", "n_query", "generator"], []),
    "episode_loss": (["embed", "support_x", "support_y", "query_x", "query_y"], []),
    "train": (
        ["net", "images", "labels"],
        ["n_way", "k_shot", "n_query", "n_episodes", "lr", "device", "generator"],
    ),
}
REGION = re.compile(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
# What nbgrader does to a source notebook, but for the grade book, headers and generated tests.
GENERATE = (
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ClearHiddenTests,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
)


@pytest.fixture(scope="module")
def source() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)


@pytest.fixture(scope="module")
def student_version(source: NotebookNode) -> NotebookNode:
    notebook, resources = deepcopy(source), {"unique_key": "fewshot", "nbgrader": {}}
    for preprocessor in GENERATE:
        notebook, resources = preprocessor().preprocess(notebook, resources)
    return notebook


def _marks(cell: NotebookNode) -> NotebookNode:
    return cell.metadata.get("nbgrader", NotebookNode())


def _graded(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    (cell,) = [cell for cell in notebook.cells if _marks(cell).get("grade_id") == grade_id]
    return cell


def _solutions(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if _marks(cell).get("solution")]


def _definition(cell: NotebookNode) -> ast.FunctionDef | ast.ClassDef:
    (node,) = ast.parse(cell.source).body
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return node


# --- shape


def test_notebook_is_valid_and_names_its_kernel(source: NotebookNode) -> None:
    nbformat.validate(source)
    assert (source.nbformat, source.nbformat_minor) == (4, 5)
    assert source.metadata.kernelspec.name == "python3"
    MetadataValidator().validate_nb(source)


def test_cell_ids_are_readable_and_unique(source: NotebookNode) -> None:
    ids = [cell.id for cell in source.cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_no_output_is_stored(source: NotebookNode) -> None:
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_imports_come_first_and_are_locked(source: NotebookNode) -> None:
    first = next(cell for cell in source.cells if cell.cell_type == "code")
    assert {"from autograder import assignment, graded_with", 'check = assignment("fewshot")'} <= set(
        first.source.splitlines()
    )
    assert _marks(first).locked


def test_one_cell_of_parameters_switches_training(source: NotebookNode) -> None:
    (cell,) = [cell for cell in source.cells if "parameters" in cell.metadata.get("tags", [])]
    assert [line for line in cell.source.splitlines() if not line.startswith("#")] == [
        "skip_training = False"
    ]


# --- exercises and points


def test_points_are_the_course_s_and_sum_to_twenty(source: NotebookNode) -> None:
    points = {
        _marks(cell).grade_id: _marks(cell).points for cell in source.cells if _marks(cell).get("grade")
    }
    assert list(points.items()) == list(POINTS.items())
    assert sum(points.values()) == 20


def test_headings_tell_the_points(source: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    told = re.findall(r"^## .*\((\d+) points?\)$", text, re.MULTILINE)
    assert [int(points) for points in told] == list(POINTS.values())


def test_each_solution_is_followed_by_its_checks(source: NotebookNode) -> None:
    for cell, following in zip(source.cells, source.cells[1:], strict=False):
        if cell.cell_type == "code" and _marks(cell).get("solution"):
            assert _marks(following).grade_id == f"{_marks(cell).grade_id}_checks"


@pytest.mark.parametrize("grade_id", [name for name in POINTS if name.endswith("_checks")])
def test_a_check_cell_is_locked_and_only_calls_check(source: NotebookNode, grade_id: str) -> None:
    cell = _graded(source, grade_id)
    assert cell.source == f'check("{grade_id.removesuffix("_checks")}")'
    assert (_marks(cell).grade, _marks(cell).solution, _marks(cell).locked) == (True, False, True)


def test_written_answer_is_graded_by_hand(source: NotebookNode) -> None:
    cell = _graded(source, "written")
    assert (cell.cell_type, _marks(cell).grade, _marks(cell).solution) == ("markdown", True, True)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_the_contract(source: NotebookNode, name: str) -> None:
    function = _definition(_graded(source, name))
    assert isinstance(function, ast.FunctionDef)
    arguments = [
        [argument.arg for argument in kind] for kind in (function.args.args, function.args.kwonlyargs)
    ]
    assert (function.name, *arguments) == (name, *SIGNATURES[name])


# --- student version


def test_student_version_is_valid(student_version: NotebookNode) -> None:
    nbformat.validate(student_version)
    MetadataValidator().validate_nb(student_version)


def test_student_version_holds_no_line_of_a_solution(
    source: NotebookNode, student_version: NotebookNode
) -> None:
    regions = [region for cell in _solutions(source) for region in REGION.findall(cell.source)]
    assert len(regions) == 8  # one per exercise, two in EmbeddingNet, and the written answer
    lines = {line.strip() for region in regions for line in region.splitlines() if len(line.strip()) > 16}
    left = {line.strip() for cell in student_version.cells for line in cell.source.splitlines()}
    assert lines & left == set()
    assert "SOLUTION" not in nbformat.writes(student_version)


def test_student_version_keeps_signature_and_docstring(
    source: NotebookNode, student_version: NotebookNode
) -> None:
    for cell in _solutions(source):
        if cell.cell_type == "code":
            whole, stub = _definition(cell), _definition(_graded(student_version, _marks(cell).grade_id))
            assert ast.get_docstring(stub) == ast.get_docstring(whole)
            assert isinstance(whole, ast.ClassDef) or ast.dump(stub.args) == ast.dump(whole.args)  # type: ignore[union-attr]


def test_student_version_asks_for_the_written_answer(student_version: NotebookNode) -> None:
    assert _graded(student_version, "written").source == "YOUR ANSWER HERE"


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_stub_raises_not_implemented(student_version: NotebookNode, name: str) -> None:
    cell = _graded(student_version, name)
    names: dict[str, object] = {}
    exec(compile(cell.source, name, "exec"), names)
    positional, keywords = SIGNATURES[name]
    with pytest.raises(NotImplementedError):
        names[name](*[None] * len(positional), **dict.fromkeys(keywords))  # type: ignore[operator]


def test_the_stub_of_the_network_raises_not_implemented(student_version: NotebookNode) -> None:
    names: dict[str, object] = {"nn": torch.nn}
    exec(compile(_graded(student_version, "embedding_net").source, "embedding_net", "exec"), names)
    with pytest.raises(NotImplementedError):
        names["EmbeddingNet"]()  # type: ignore[operator]


# --- running


def _pictures(notebook: NotebookNode) -> set[str]:
    return {
        cell.id
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    }


def test_notebook_runs_from_top_to_bottom_without_training(source: NotebookNode, tmp_path: Path) -> None:
    done = run(source, tmp_path, skip_training=True, graded=True)
    assert _pictures(done) == {
        "data",
        "riddle",
        "toy",
        "class-prototypes-picture",
        "class-probabilities-picture",
        "sample-episode-picture",
        "answers",
        "riddle-answer",
        "space",
    }
    assert list(tmp_path.iterdir()) == []  # untrained weights are never saved


@pytest.mark.campaign
def test_training_learns_to_learn_and_its_weights_can_be_loaded(source: NotebookNode, tmp_path: Path) -> None:
    probe = """
import json
print(json.dumps([float(measure(e, held_out.labels, 5, 1)[1]) for e in (pixels, untrained, trained)]))
"""
    first = run(source, tmp_path, skip_training=False, graded=False, probe=probe)
    pixels, untrained, trained = json.loads(first.cells[-1].outputs[-1].text)
    assert trained > 0.88 > 0.7 > max(pixels, untrained)
    assert "loss-curve" in _pictures(first)
    for exercise in (name.removesuffix("_checks") for name in POINTS if name != "written"):
        (seen,) = [
            o for o in _graded(first, f"{exercise}_checks").outputs if "text/html" in o.get("data", {})
        ]
        assert seen.data["text/plain"].startswith(f"✓ {exercise}")
    assert (tmp_path / WEIGHTS).is_file()

    second = run(source, tmp_path, skip_training=True, graded=True, probe=probe)
    assert json.loads(second.cells[-1].outputs[-1].text) == pytest.approx(
        [pixels, untrained, trained], abs=0.01
    )
