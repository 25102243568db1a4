"""`grade --dry-run`, `report`, `export`, `forget` as people type them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import IPython
import pytest

from tests.cli.conftest import RIGHT, notebook

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]


def tree(course: Path) -> dict[str, bytes]:
    return {str(path.relative_to(course)): path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    run: Run, course: Path, in_process: None
) -> None:
    assert run("grade", "tiny", "--course", course, "--no-gradebook").status == 0
    notebook(course / "submitted" / "bob" / "tiny" / "tiny.ipynb", RIGHT)
    before = tree(course)
    done = run("grade", "tiny", "--course", course, "--dry-run")
    assert done.status == 1
    assert tree(course) == before
    assert "Points would change for 1 student, verdicts alone for 0, nothing for 1." in done.out
    assert "falsified -> holds: Twice the number comes back." in done.out
    changes = json.loads(run("grade", "tiny", "--course", course, "--dry-run", "--json").out)
    assert [each["student"] for each in changes["changes"]] == ["bob"]


def test_report_export_and_forget_after_grading(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    done = run("report", "tiny", "--course", course)
    assert done.status == 0
    assert "2 submissions" in done.out
    out = course / "points.csv"
    done = run("export", "tiny", "--to", "csv", "--course", course, "--out", out)
    assert "marks given by hand and penalties are missing" in " ".join(done.err.split())
    assert [row["student"] for row in csv.DictReader(out.open(newline=""))] == ["ada", "bob"]
    receipt = json.loads((course / ".autograder" / "receipts" / "bob" / "tiny.json").read_text())
    assert list(receipt["files"]) == ["tiny.ipynb"]
    assert list(receipt["cells"]) == ["double"]
    listed = json.loads(run("forget", "bob", "--course", course, "--json").out)
    assert any("results" in path for path in listed["ours"])
    assert (course / ".autograder" / "results" / "bob").exists()
    assert run("forget", "bob", "--course", course, "--yes").status == 0
    assert not (course / ".autograder" / "results" / "bob").exists()
    assert (course / ".autograder" / "results" / "ada").exists()


@pytest.mark.skipif(IPython.version_info < (9,), reason="on Linux an older IPython imports termios by itself")
def test_without_unix_students_still_have_their_commands() -> None:
    """As on Windows: the modules that only Unix has cannot be imported."""
    program = """
import sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
from autograder import check, graded_with
from autograder.cli.commands import installed, loaded
names = installed()
assert all(loaded(name) for name in names)
print(sorted(names))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "'check'" in done.stdout
    assert "'grade'" not in done.stdout
