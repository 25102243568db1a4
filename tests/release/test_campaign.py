"""The whole command on fewshot, and killed while it runs: tox run -e campaign, or pytest -m campaign tests/release."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.release import candidate

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "corpus" / "fewshot" / "trained.safetensors"
pytestmark = pytest.mark.campaign


def command(course: Path, *options: str) -> list[str]:
    whole = [sys.executable, "-m", "autograder", "release", "fewshot", "--course", str(course), *options]
    return [*whole, "--weights", str(WEIGHTS)]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assignments" / "fewshot", tmp_path / "course" / "assignments" / "fewshot")
    return tmp_path / "course"


def whole(files: dict[str, bytes]) -> bool:
    told = json.loads(files["MANIFEST.json"])["files"]
    return {name: each["sha256"] for name, each in told.items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "MANIFEST.json"
    }


@pytest.mark.parametrize("variant", [(), ("--variant", "7"), ("--variant", "20262")], ids=" ".join)
def test_every_variant_of_fewshot_is_in_order(course: Path, variant: tuple[str, ...]) -> None:
    done = subprocess.run(command(course, *variant), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 6
    assert whole(candidate.published(course / "release" / "fewshot"))


def test_killed_at_any_moment_the_old_release_stands_or_the_new_one(course: Path) -> None:
    final = course / "release" / "fewshot"
    assert subprocess.run(command(course, "--no-validate")).returncode == 0
    old = candidate.published(final)
    notes = course / "assignments" / "fewshot" / "DATA.md"
    notes.write_text(notes.read_text(encoding="utf-8") + "\nMore of it.\n", encoding="utf-8")
    start = time.monotonic()
    assert subprocess.run(command(course, "--no-validate", "--diff")).returncode == 0
    lasts = 2 * (time.monotonic() - start)
    for share in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        process = subprocess.Popen(command(course, "--no-validate"))
        time.sleep(share * lasts)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        standing = candidate.published(final)
        assert whole(standing)
        assert standing == old or b"More of it." in standing["DATA.md"]
    assert subprocess.run(command(course, "--no-validate")).returncode == 0
    assert b"More of it." in candidate.published(final)["DATA.md"]
