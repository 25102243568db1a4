"""What a message tells a student to paste runs, behind a right solution, and shows something: for every check."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import save_file

from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation
from autograder.runner.judging import Finding
from autograder.runner.telling import counterexample
from autograder.submission.trained_weights import Weights
from tests.checks.corpora import CORPORA, of, right

CHECKS = tuple(check for mine in CORPORA for check in registry.load(mine.name, hidden=True))


def solutions(assignment: str) -> dict[str, Any]:
    """The functions of a right notebook, and nothing else of it: a snippet brings its own imports."""
    namespace = right(assignment)._namespace
    names = (*of(assignment).exercises, "EmbeddingNet")
    return {name: namespace[name] for name in names if name in namespace}


def snippet_of(law: Law) -> str:
    """The snippet of a message about the law's last call."""
    found = counterexample(
        CHECKS[0], law, Finding("falsified", Violation("It broke.", call=len(law.calls) - 1)), ()
    )
    assert found is not None
    return found.snippet


def printed(snippet: str, solutions: Mapping[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(snippet, "<snippet>", "exec"), dict(solutions))
    return out.getvalue()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.exercise}/{check.name}")
def test_the_snippet_of_a_message_runs(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = solutions(check.assignment)
    state = (
        {name: each.numpy() for name, each in mine["EmbeddingNet"]().state_dict().items()}
        if "EmbeddingNet" in mine
        else {}
    )
    if "weights" in check.runner_parameters:
        save_file(state, tmp_path / f"{check.assignment}.safetensors")
        monkeypatch.chdir(tmp_path)  # where the notebook lies
    laws = of(check.assignment).planner.plan(check, Weights(state)).laws
    for law in {0: laws[0], len(laws) - 1: laws[-1]}.values():  # a drawn input and a fixed, large one
        try:
            assert printed(snippet_of(law), mine).strip()
        except ValueError as error:
            assert law.raising
            assert str(error)
        assert len(snippet_of(law)) < 4_000
        assert "fixtures" not in snippet_of(law)  # plain torch, without a name of ours
