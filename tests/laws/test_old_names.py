"""A course that has check files of version 0.1 keeps them: their imports, names and options still work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.laws import registry
from autograder.runner import run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess

CHECKS = """
import numpy as np

from autograder import tolerances
from autograder.laws import Broken, Law, close, function
from autograder.model import Prop
from autograder.registry import check
from autograder.strategies import grids
from autograder.strategies.points import Points

mapped = function("mapped", "net", "x")
network = function("props:embed_images", "network", "images")


@check(mapped, ladder=True, x=grids(2, 3), examples=3)
def runs(x) -> Law:
    \"\"\"It runs.\"\"\"
    return Law((mapped(Prop("unchanged"), x),), lambda out: None)


@check(mapped, x=grids(2, 3), examples=3)
def doubles(x) -> Law:
    \"\"\"It doubles what the network gives.\"\"\"
    call = mapped(Prop("unchanged"), x)
    assert network(None, x).function == "fixtures:embed_images"
    return Law((call,), lambda out: close(out, 2 * x, tolerances.of_mean(x), "y") and Broken("It does not."))
"""


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "checks" / "aged"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from autograder.checks.aged import laws\n")
    (folder / "laws.py").write_text(CHECKS)
    registry.use(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if ".aged" in name]:
        del sys.modules[name]


def test_checks_of_version_0_1_are_loaded_and_judge(course: Path) -> None:
    checks = registry.load("aged")
    assert [(each.name, each.precondition) for each in checks] == [("runs", True), ("doubles", False)]
    for function, verdict in ((lambda net, x: 2 * net(x), "holds"), (lambda net, x: net(x), "falsified")):
        found = run_exercises(checks, InProcess({"mapped": function}), Planner(1, None))["mapped"]
        assert [each.verdict for each in found] == ["holds", verdict]


def test_a_module_is_one_under_both_names(course: Path) -> None:
    registry.load("aged")
    assert sys.modules["autograder.registry"] is registry
    assert registry.__name__ == registry.__spec__.name == "autograder.laws.registry"
