"""What a message tells a student to paste runs, behind a right solution, and shows something: for every check."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import save_file

from autograder import registry
from autograder.laws import Broken, Law
from autograder.registry import Check
from autograder.runner.exercises import _counterexample
from autograder.runner.judging import Finding
from autograder.sandbox.inprocess import InProcess
from autograder.trained import Weights
from tests.checks.fewshot_corpus import PLANNER, SOLUTIONS, notebook_of

CHECKS = registry.load("fewshot", hidden=True)
(SHORT,) = [each for each in SOLUTIONS if each.name == "whole_notebook_short"]


@pytest.fixture(scope="module")
def solutions() -> dict[str, Any]:
    """The functions of a right notebook, and nothing else of it: a snippet brings its own imports."""
    transport = InProcess()
    transport.run(notebook_of(SHORT))
    names = (*SHORT.cells, "EmbeddingNet")
    return {name: transport._namespace[name] for name in names if name in transport._namespace}


def snippet_of(law: Law) -> str:
    """The snippet of a message about the law's last call."""
    found = _counterexample(law, Finding("falsified", Broken("It broke.", call=len(law.calls) - 1)), ())
    assert found is not None
    return found.snippet


def printed(snippet: str, solutions: Mapping[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(snippet, "<snippet>", "exec"), dict(solutions))
    return out.getvalue()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.exercise}/{check.name}")
def test_the_snippet_of_a_message_runs(
    check: Check, solutions: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {name: each.numpy() for name, each in solutions["EmbeddingNet"]().state_dict().items()}
    save_file(state, tmp_path / "fewshot.safetensors")
    monkeypatch.chdir(tmp_path)  # where the notebook lies
    laws = PLANNER.plan(check, Weights(state)).laws
    for law in {0: laws[0], len(laws) - 1: laws[-1]}.values():  # a drawn input and a fixed, large one
        if check.name == "too_few_items_raise":
            with pytest.raises(ValueError, match=r"\w"):
                printed(snippet_of(law), solutions)
        else:
            assert printed(snippet_of(law), solutions).strip()
        assert len(snippet_of(law)) < 4_000
