"""Campaigns keep what is finished, go on where they stopped, and tables say what the records hold."""

from __future__ import annotations

import argparse
import doctest
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import _runs, _tables
from benchmarks.accuracy._runs import Task, campaign, finished


def options(tmp_path: Path, **changes: Any) -> argparse.Namespace:
    defaults = {"results": tmp_path / "results.json", "show": False, "quick": False, "jobs": 1}
    return argparse.Namespace(**(defaults | changes))


def task(seed: int = 0, **recipe: Any) -> Task:
    return Task("method", "data", seed, "cpu", recipe)


def record(of: Task, **figures: Any) -> dict[str, Any]:
    return {"task": vars(of), "figures": figures, "cpu_seconds": 1.0}


def kept(tmp_path: Path, *records: Any) -> None:
    (tmp_path / "results.json").write_text(json.dumps({"runs": list(records)}))


def squared(
    task: Task, options: argparse.Namespace, tick: Callable[[float], None]
) -> dict[str, Any]:  # at the top of the file: workers import it
    tick(0.5)
    return {"figure": float(task.seed**2)}


def not_again(task: Task, options: argparse.Namespace, tick: Callable[[float], None]) -> dict[str, Any]:
    pytest.fail(f"{task} has run")


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(_tables).failed == 0


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    kept(tmp_path, record(task(3), figure=7.0))
    (found,) = campaign([task(3)], not_again, options(tmp_path))
    assert found["figures"] == {"figure": 7.0}


def test_another_recipe_is_another_run(tmp_path: Path) -> None:
    kept(tmp_path, record(task(3, steps=100), figure=7.0))
    assert campaign([task(3, steps=200)], not_again, options(tmp_path, show=True)) == []


def test_a_campaign_runs_what_is_missing_and_keeps_the_rest(tmp_path: Path) -> None:
    kept(tmp_path, record(task(3), figure=7.0))
    found = campaign([task(3), task(4)], squared, options(tmp_path))
    assert [each["figures"]["figure"] for each in found] == [7.0, 16.0]
    assert len(finished(tmp_path / "results.json")) == 2
    assert found[1]["cpu_seconds"] >= 0
    assert list(tmp_path.iterdir()) == [tmp_path / "results.json"]  # nothing half written is left


def test_quick_runs_are_kept_nowhere(tmp_path: Path) -> None:
    campaign([task(4)], squared, options(tmp_path, quick=True))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{]")
    with pytest.raises(SystemExit, match="results.json is no results file"):
        finished(tmp_path / "results.json")


def test_the_spread_is_the_standard_error() -> None:
    assert _tables.spread([1.0, 2.0, 6.0], 3) == "3.000 ± 1.528"  # sqrt((4 + 1 + 9) / 2 / 3)
    assert _tables.spread([5.0]) == "5.0"
    assert _tables.spread([]) == ""


def test_groups_keep_their_order() -> None:
    records = [record(Task(m, "d", s, "cpu", {}), figure=s) for s in (0, 1) for m in ("b", "a")]
    groups = _tables.grouped(records)
    assert list(groups) == [("b", "d", "cpu"), ("a", "d", "cpu")]
    assert _tables.values(groups["a", "d", "cpu"], "figure") == [0.0, 1.0]


def test_memory_can_be_kept_where_there_is_a_glibc_and_elsewhere() -> None:
    _runs.keep_memory()
