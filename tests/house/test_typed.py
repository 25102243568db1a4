"""Whoever installs the wheel has its types: a type checker of their own sees what `check` and the laws take."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RIGHT = """
from autograder import check, graded_with
from autograder.laws import Call, Law

check("class_prototypes", assignment="fewshot")
graded_with(cell_seconds=10.0, torch="2.13.0")
law: Law = Law((), lambda: None)
"""
WRONG = {
    "check(3)": 'Argument 1 to "check" has incompatible type "int"; expected "str"',
    "graded_with(cell_seconds='10')": 'Argument "cell_seconds" to "graded_with" has incompatible type "str"',
    "Law(3, lambda: None)": 'Argument 1 to "Law" has incompatible type "int"',
    "count: int = Call('f').function": 'Incompatible types in assignment (expression has type "str"',
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter beside which our wheel lies, and nothing else."""
    folder = tmp_path_factory.mktemp("typed")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    return folder / "venv" / "bin" / "python"


def errors(python: Path, text: str) -> list[str]:
    """The errors that mypy finds in a program of somebody who has the wheel; it runs outside of the checkout."""
    folder = python.parents[2]
    (folder / "mine.py").write_text(text, encoding="utf-8")
    options = ["--python-executable", str(python), "--no-error-summary", "--strict", "mine.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options], cwd=folder, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_right_use_is_right(python: Path) -> None:
    assert errors(python, RIGHT) == []


def test_a_wrong_use_is_told(python: Path) -> None:
    found = errors(python, RIGHT + "\n".join(WRONG))
    assert len(found) == len(WRONG)
    assert [message for line, message in zip(found, WRONG.values(), strict=True) if message not in line] == []


def test_both_packages_of_the_checkout_say_that_they_are_typed() -> None:
    assert (ROOT / "autograder" / "py.typed").is_file()
    assert (ROOT / "reference" / "py.typed").is_file()
