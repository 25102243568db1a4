"""A run of the tests says what it left out, also where it ran in several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.left_out import sentence

ROOT = Path(__file__).parents[2]
LINE = "Left out: 3 long tests (tests/far 1, tests/near 2). They run with: tox run -e campaign"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    texts = {
        "conftest.py": "from tests.left_out import LeftOut\n"
        "def pytest_configure(config): config.pluginmanager.register(LeftOut())\n",
        "left_out.py": (ROOT / "tests" / "left_out.py").read_text(encoding="utf-8"),
        "near/test_near.py": "import pytest\ndef test_short(): pass\ndef test_other(): pass\n"
        "@pytest.mark.campaign\n@pytest.mark.parametrize('n', [1, 2])\ndef test_long(n): pass\n",
        "far/test_far.py": "import pytest\ndef test_short(): pass\ndef test_other(): pass\n"
        "@pytest.mark.campaign\ndef test_long(): pass\n",
    }
    for name, text in texts.items():
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / name).write_text(text, encoding="utf-8")
    return tmp_path


def said(suite: Path, *options: str) -> list[str]:
    """The lines about what was left out, of a run with these options."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHONPATH"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=suite, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "Left out" in line]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_what_was_left_out_is_said_with_its_command(suite: Path, processes: str) -> None:
    assert said(suite, "-n", processes) == [LINE]


def test_the_corpus_has_a_command_of_its_own() -> None:
    said = sentence(Counter({"tests/checks": 5, "tests/browser": 1}))
    assert said == (
        "Left out: 6 long tests (tests/browser 1, tests/checks 5). They run with: tox run -e campaign; "
        "those of tests/checks alone with: tox run -e corpus"
    )


def test_a_run_that_leaves_nothing_out_says_nothing(suite: Path) -> None:
    assert said(suite, "-m", "campaign or not campaign") == []
    assert said(suite, "-m", "campaign") == []


def test_whoever_asks_for_names_is_told_of_long_tests_of_these_names_only(suite: Path) -> None:
    assert said(suite, "-k", "short") == []
    assert said(suite, "-k", "near") == [
        "Left out: 2 long tests (tests/near 2). They run with: tox run -e campaign"
    ]
