"""An assignment is its files: one with a class, a training function, trained weights and a picture of its own is added to a
copy of the checkout without a line changed anywhere, and is graded, certified and shown."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

ROOT = Path(__file__).parents[2]
ADDED = Path(__file__).parent / "files_only"
IMPORTS = (
    'import torch\nfrom torch import nn\nfrom autograder import assignment\ncheck = assignment("throwaway")'
)
LINE = """
class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(1.0, dtype=torch.float64))

    def forward(self, x):
        return self.slope * x"""
TRAIN = """
def train(line, x, y, *, lr):
    optimizer = torch.optim.SGD(line.parameters(), lr=lr)
    loss = ((line(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return [float(loss)]"""


def cell(source: str, grade_id: str, **marks: Any) -> dict[str, Any]:
    plain = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    return {
        "cell_type": "code",
        "id": grade_id,
        "metadata": {"nbgrader": {**plain, "grade_id": grade_id, **marks}},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def graded(exercise: str) -> dict[str, Any]:
    return cell(f'check("{exercise}")', f"{exercise}_checks", grade=True, locked=True, points=2)


def notebook(line: str = LINE) -> str:
    cells = [
        cell(IMPORTS, "imports", locked=True),
        cell(line, "line", solution=True),
        graded("line"),
        cell(TRAIN, "train", solution=True),
        graded("train"),
        graded("slope_weights"),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what grading needs, and the new files; nothing that is there already is changed."""
    copy = tmp_path_factory.mktemp("checkout")
    clutter = shutil.ignore_patterns("__pycache__")
    for name in ("autograder", "reference"):
        shutil.copytree(ROOT / name, copy / name, ignore=clutter)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, copy / name)
    for path in ADDED.rglob("*.txt"):
        place = copy / path.relative_to(ADDED).with_suffix("")
        assert not place.exists()
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    source = copy / "assignments" / "throwaway" / "throwaway.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(notebook())
    save_file({"slope": np.array(3.0)}, str(copy / "corpus" / "throwaway" / "trained.safetensors"))
    return copy


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout), "COLUMNS": "200"}
    environment.pop("FEWLABELS_JAIL", None)
    return subprocess.run(
        [sys.executable, *command], cwd=checkout, env=environment, capture_output=True, text=True
    )


def hand_in(checkout: Path, student: str, line: str, slope: float) -> None:
    folder = checkout / "submitted" / student / "throwaway"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "throwaway.ipynb").write_text(notebook(line))
    save_file({"slope": np.array(slope)}, str(folder / "throwaway.safetensors"))


def test_it_is_graded_with_thresholds_fixtures_and_a_picture_of_its_own(checkout: Path) -> None:
    hand_in(checkout, "ada", LINE, slope=1.5)
    hand_in(checkout, "bob", LINE.replace("self.slope * x", "x.clone()"), slope=5.0)
    done = run(checkout, "-m", "autograder", "grade", "throwaway", "--no-gradebook", "--json")
    assert done.returncode == 0, done.stderr
    scores = {score["student"]: score for score in map(json.loads, done.stdout.splitlines())}
    points = {name: [each["points"] for each in score["exercises"]] for name, score in scores.items()}
    # 1 of 4 weights for the file, and half of the other 3: the slope lies in the middle of floor and goal
    assert points == {"ada": [2.0, 2.0, 2 * (1 + 1.5) / 4], "bob": [1.0, 2.0, 2.0]}
    page = (checkout / ".autograder" / "pages" / "throwaway" / "student" / "bob.html").read_text()
    assert "2 dots of a throw-away picture." in page


def test_a_course_changes_its_thresholds_and_no_other_s(checkout: Path) -> None:
    hand_in(checkout, "cleo", LINE, slope=1.5)
    settings = checkout / "autograder.toml"
    settings.write_text("[thresholds.throwaway]\nslope_goal = 1.5\n")
    try:
        done = run(
            checkout,
            "-m",
            "autograder",
            "grade",
            "throwaway",
            "--student",
            "cleo",
            "--no-gradebook",
            "--json",
        )
        assert json.loads(done.stdout)["score"] == 6.0
        settings.write_text("[thresholds.throwaway]\naccuracy_goal = 1.5\n")
        done = run(checkout, "-m", "autograder", "grade", "throwaway", "--no-gradebook")
    finally:
        settings.unlink()
    assert done.returncode == 2
    assert "autograder.toml, line 2" in done.stderr
    assert "The assignment throwaway has slope_floor, slope_goal." in done.stderr


def test_check_asks_its_laws_although_another_assignment_has_an_exercise_of_this_name(checkout: Path) -> None:
    program = checkout / "mine.py"
    program.write_text(f'{IMPORTS}\n{LINE}\n{TRAIN}\ncheck("train")\n')
    done = run(checkout, str(program))
    assert "✓ train: both laws hold" in done.stdout, done.stdout + done.stderr


def test_its_programs_are_put_to_the_grader(checkout: Path) -> None:
    kinds = ("--kind", "solutions", "--kind", "mistakes")
    done = run(checkout, "-m", "autograder", "certify", "throwaway", *kinds, "--seeds", "1", "--json")
    found = json.loads(done.stdout)
    assert (found["solutions"]["passed"], found["mistakes"]["caught"]) == (2, 1), done.stderr


def test_a_fixture_that_two_files_define_is_refused_with_both(checkout: Path) -> None:
    again = checkout / "autograder" / "fixtures" / "unlucky.py"
    again.write_text('FIXTURES = {"slope_net": float}\n')
    try:
        done = run(checkout, "-c", "import autograder.fixtures")
    finally:
        again.unlink()
    assert "Two files define 'slope_net' in FIXTURES: throwaway.py and unlucky.py." in done.stderr
