"""The README's commands leave the checkout as the first step of docs/running-a-course.md needs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with what tox and git read of ours."""
    for name in ("tox.ini", "constraints.txt", "pyproject.toml", ".gitignore"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    run(tmp_path, "git", "init", "--quiet")
    return tmp_path


def run(folder: Path, *command: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TOX", "GIT_"))}
    done = subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tox(folder: Path, *command: str) -> None:
    """Run tox as it is configured, in environments that install nothing and do nothing."""
    emptied = [
        f"{section}.{key}={value}"
        for section in ("testenv", "testenv:tests", "testenv:lint", "testenv:demo")
        for key, value in {"deps": "", "dependency_groups": "", "commands": "python -c ''"}.items()
    ]
    overrides = [part for each in emptied for part in ("--override", each)]
    run(folder, sys.executable, "-m", "tox", "run", "--skip-pkg-install", *command, *overrides)


def test_after_both_commands_of_the_readme_an_environment_can_be_made(checkout: Path) -> None:
    tox(checkout, "-e", "demo")
    tox(checkout)
    first = re.search(
        r"^(python -m venv \.venv)\b", (ROOT / "docs/running-a-course.md").read_text(), re.MULTILINE
    )
    assert first is not None, "the page begins otherwise: this test has to do what it says"
    assert not (checkout / ".venv").exists()
    run(checkout, sys.executable, *first.group(1).split()[1:], "--without-pip")
    assert ".venv" not in run(checkout, "git", "status", "--porcelain")


@pytest.mark.parametrize(
    "name",
    [
        ".venv",
        ".venv/",
        ".coverage",
        ".coverage.host.1.x",
        "release/fewshot/",
        "demo/",
        "gradebook.db",
        ".tox/",
        "build/",
    ],
)
def test_what_is_left_behind_is_not_gits(checkout: Path, name: str) -> None:
    path = checkout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("/"):
        path.mkdir()
        path = path / "something"
    path.write_text("x", encoding="utf-8")
    known = set(run(checkout, "git", "status", "--porcelain", "--untracked-files=all").split()) - {"??"}
    assert known == {"tox.ini", "constraints.txt", "pyproject.toml", ".gitignore"}


def test_our_own_folders_called_release_are_gits(checkout: Path) -> None:
    inner = checkout / "autograder" / "release" / "building.py"
    inner.parent.mkdir(parents=True)
    inner.write_text("x", encoding="utf-8")
    assert inner.relative_to(checkout).as_posix() in run(
        checkout, "git", "status", "--porcelain", "--untracked-files=all"
    )
