"""The command line as people use it: an assignment `tiny` of one exercise, a course of two submissions, one process."""

from __future__ import annotations

import builtins
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import autograder.checks
import autograder.hidden
from autograder.cli.main import main
from autograder.errors import SandboxUnavailable
from tests.runner.made_up import InThisProcess

CHECKS = '''
import numpy as np
from hypothesis import strategies as st

from autograder.laws.vocabulary import Law, function, gives
from autograder.laws.registry import check

double = function("double", "x")


@check(double, precondition=True, x=st.integers(0, 3).map(np.array), examples=2)
def runs(x) -> Law:
    """The function is there and runs."""
    return Law((double(x),), lambda out: None)


@check(double, x=st.integers(0, 99).map(lambda n: np.array(float(n))), examples=20)
def {name}(x) -> Law:
    """{law}"""
    return gives(double(x), {expected}, 1e-9, "double")
'''
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    print('doubling')\n    return 2 * x.clamp(max=10)"


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """run("check", path): as if typed into a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FEWLABELS_JAIL", raising=False)
    monkeypatch.setattr(builtins, "input", builtins.input)  # put back whatever a notebook leaves

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Public and hidden checks of an assignment `tiny`, as if they were installed."""
    laws = {
        "checks": ("doubles", "Twice the number comes back.", "2 * x"),
        "hidden": ("adds", "It adds.", "x + x"),
    }
    for package, (wing, (name, law, expected)) in zip(
        (autograder.checks, autograder.hidden), laws.items(), strict=True
    ):
        folder = tmp_path / "installed" / wing
        folder.mkdir(parents=True)
        text = CHECKS.format(name=name, law=law, expected=expected)
        (folder / "tiny.py").write_text(
            text if wing == "checks" else text.replace("def runs", "def runs_again")
        )
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.endswith(".tiny")]:
        del sys.modules[name]


def notebook(path: Path, solution: str) -> Path:
    marks = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    cells: list[tuple[str, str, dict[str, Any]]] = [
        ("double", solution, {"solution": True}),
        ("double_checks", 'check("double")', {"grade": True, "locked": True, "points": 4}),
    ]
    code: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": name,
            "source": source,
            "outputs": [],
            "execution_count": None,
            "metadata": {"nbgrader": {**marks, "grade_id": name, **flags}},
        }
        for name, source, flags in cells
    ]
    imports = {
        **code[0],
        "id": "imports",
        "source": "import torch\nfrom autograder import check",
        "metadata": {},
    }
    kernel: dict[str, Any] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": [imports, *code]})
    )
    return path


@pytest.fixture
def course(tmp_path: Path, tiny: None) -> Path:
    root = tmp_path / "course"
    notebook(root / "source" / "tiny" / "tiny.ipynb", RIGHT)
    notebook(root / "submitted" / "ada" / "tiny" / "tiny.ipynb", RIGHT)
    notebook(root / "submitted" / "bob" / "tiny" / "tiny.ipynb", WRONG)
    return root


class NoSandbox(InThisProcess):
    """Stands where the sandbox stands, for tests that are about the command line."""

    notes: tuple[str, ...] = ("This machine is slow.",)

    def __init__(self, unsandboxed: bool = False, device: str = "cpu", simulate_gpu: bool = True) -> None:
        super().__init__()
        self.unsandboxed, self.device = unsandboxed, device

    def __enter__(self) -> NoSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class NoBoundary(NoSandbox):
    def __enter__(self) -> NoSandbox:
        raise SandboxUnavailable("No boundary holds here.", remedy="Install bubblewrap.")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWLABELS_JAIL", "1")  # as in a sandbox: check(...) in a cell says nothing
    for module in ("autograder.classroom.grading", "autograder.cli.explain"):
        monkeypatch.setattr(importlib.import_module(module), "Sandbox", NoSandbox)
