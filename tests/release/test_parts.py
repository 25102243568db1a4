"""Signatures and changes, an exercise alone, what validate says of an assignment that is not in order."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import ROOT
from autograder.errors import UsageError
from autograder.release import candidate, difference, interface
from autograder.release.standalone import alone
from autograder.release.validating import Step
from autograder.sandbox.jailed import Sandbox

SOLUTIONS = {
    "mean": "def mean(x):\n    return x.sum(0) / len(x)",
    "spread": "def spread(x):\n    return (x - mean(x)).square().sum(0)",
    "Net": "class Net:\n    def forward(self, x):\n        return spread(x)",
}


def test_an_exercise_alone_brings_what_it_needs_under_names_of_its_own() -> None:
    code = alone("Net", SOLUTIONS)
    assert [node.name for node in ast.parse(code).body] == ["_Net_mean", "_Net_spread", "Net"]  # type: ignore[attr-defined]
    assert "return _Net_spread(x)" in code
    assert "_Net_mean(x)" in code
    assert alone("mean", SOLUTIONS).startswith("def mean(x):")


def test_functions_that_need_each_other_come_once() -> None:
    both = {"a": "def a(n):\n    return b(n)", "b": "def b(n):\n    return n and a(n - 1)"}
    assert [node.name for node in ast.parse(alone("a", both)).body] == ["_a_b", "a"]  # type: ignore[attr-defined]


def test_a_recursive_helper_calls_itself_by_its_new_name() -> None:
    code = alone("b", {"a": "def a(n):\n    return n and a(n - 1)", "b": "def b(n):\n    return a(n)"})
    assert "_b_a(n - 1)" in code


def test_signatures_are_those_of_functions_classes_and_methods() -> None:
    code = "def f(a, *, b=1): ...\nclass N(nn.Module):\n    def forward(self, x): ...\nx = 3"
    assert interface.signatures(code) == {"f": "(a, *, b=1)", "N": "(nn.Module)", "N.forward": "(self, x)"}
    assert interface.signatures("def f(") == {}


def test_students_are_those_who_submitted_or_were_graded(tmp_path: Path) -> None:
    for place in ("submitted/ada/tiny", "autograded/ben/tiny", "autograded/ada/tiny", "submitted/eve/other"):
        (tmp_path / place).mkdir(parents=True)
    assert interface.students(tmp_path, "tiny") == ["ada", "ben"]


def _notebook(*cells: tuple[str, str]) -> dict[str, Any]:
    made = [{"cell_type": "markdown", "id": name, "metadata": {}, "source": text} for name, text in cells]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_cells_that_came_and_went_are_told_with_their_places() -> None:
    old = _notebook(("a", "one\ntwo\nthree"), ("b", "goes away entirely"), ("c", "stays as it is"))
    new = _notebook(("a", "one\n2\nthree"), ("c", "stays as it is"), ("d", "something quite new"))
    changes = difference.of_notebooks(old, new)
    assert [(each.kind, each.what) for each in changes] == [
        ("changed", "cell 0, markdown a"),
        ("removed", "was cell 1, markdown b"),
        ("added", "cell 2, markdown d"),
    ]
    assert changes[0].lines == ("@ line 1", "  one", "- two", "+ 2", "  three")
    assert changes[2].lines == ("+ something quite new",)


def test_other_files_are_told_by_lines_or_by_checksum() -> None:
    changes = difference.of_files(
        {"r.txt": b"a==1\n", "w.whl": b"\xff\x00", "gone": b"x", "n.ipynb": b"1"},
        {"r.txt": b"a==2\n", "w.whl": b"\xff\x01", "DATA.md": b"new", "n.ipynb": b"2"},
    )
    assert [(each.kind, each.what) for each in changes] == [
        ("added", "DATA.md"),
        ("removed", "gone"),
        ("changed", "r.txt"),
        ("changed", "w.whl"),
    ]
    assert changes[2].lines == ("@ line 1", "- a==1", "+ a==2")
    assert all("2 bytes, sha256" in line for line in changes[3].lines)


def spoilt(course: Path, **cells: str) -> None:
    path = course / "assignments" / "tiny" / "tiny.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        cell["source"] = cells.get(cell["id"].replace("-", "_"), cell["source"])
    path.write_text(json.dumps(document), encoding="utf-8")


def steps(course: Path, sandbox: Sandbox) -> dict[str, Step]:
    found = candidate.of(course, "tiny").validation(None).run(sandbox, lambda name: None)
    return {step.name.split()[1]: step for step in found}


def test_validate_tells_a_wrong_source_and_a_stub_that_earns(course: Path, sandbox: Sandbox) -> None:
    """The region of the solution covers nothing that matters: the stub is as good as the source, and both are wrong."""
    code = "def centred(points):\n    ### BEGIN SOLUTION\n    ### END SOLUTION\n    return points - points[0]"
    spoilt(
        course,
        centred=code.replace("    ### BEGIN", "    if points is None:\n        ### BEGIN").replace(
            "    ### END", "        pass\n        ### END"
        ),
    )
    found = steps(course, sandbox)
    assert not found["source"].ok
    assert "every_column_has_mean_zero falsified" in found["source"].troubles[0]
    assert not found["stub"].ok
    assert "points for a stub" in found["stub"].troubles[0]


def test_validate_tells_a_stub_that_stops_before_it_is_called(course: Path, sandbox: Sandbox) -> None:
    helper = "### BEGIN SOLUTION\ndef about(points):\n    return points.mean(dim=0)\n### END SOLUTION\n"
    spoilt(course, centred=f"{helper}def centred(points):\n    return points - about(points)\n")
    found = steps(course, sandbox)
    assert found["source"].ok
    assert "it does not say NotImplementedError" in found["stub"].troubles[0]
    assert "Put the solution's region" in found["stub"].troubles[0]


def test_validate_tells_a_public_check_that_shows_the_formula(course: Path, sandbox: Sandbox) -> None:
    path = course / "checks" / "tiny" / "centred.py"
    shown = (
        "\n\ndef expected(points: np.ndarray) -> np.ndarray:\n    columns = []\n    for column in points.T:\n"
        "        columns.append(column - column.sum() / len(column))\n    return np.stack(columns, axis=1)\n"
    )
    path.write_text(path.read_text(encoding="utf-8") + shown, encoding="utf-8")
    found = candidate.of(course, "tiny").validation(None)._shown()
    assert not found.ok
    assert "centred_column_by_column.py" in found.troubles[0]


def test_validate_tells_points_without_checks(course: Path) -> None:
    path = course / "assignments" / "tiny" / "tiny.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("centred_checks", "centered_checks"), encoding="utf-8"
    )
    found = candidate.of(course, "tiny").validation(None)._matched()
    assert "No check looks at centered" in found.troubles[0]


def test_weights_that_checks_ask_for_are_looked_for_before_anything_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "assignments" / "fewshot", tmp_path / "assignments" / "fewshot")
    piece = candidate.of(tmp_path, "fewshot")
    with pytest.raises(UsageError) as caught:
        piece.validation(None)
    assert "ask for trained weights" in caught.value.what
    assert "--weights FILE" in caught.value.remedy
    assert "corpus/fewshot/trained.safetensors" in caught.value.remedy
    assert piece.validation(tmp_path / "named.safetensors").weights == tmp_path / "named.safetensors"
    (tmp_path / "corpus" / "fewshot").mkdir(parents=True)
    (tmp_path / "corpus" / "fewshot" / "trained.safetensors").write_bytes(b"")
    assert piece.validation(None).weights is not None
