"""What is printed for programs names its schema (docs/versions.md), whichever subcommand prints it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "{course}/submitted/bob/tiny/tiny.ipynb", "--json"),
    "grade": ("grade", "tiny", "--course", "{course}", "--json"),
    "dry run": ("grade", "tiny", "--course", "{course}", "--dry-run", "--json"),
    "explain": ("explain", "tiny", "bob", "double/adds", "--course", "{course}", "--json"),
    "report": ("report", "tiny", "--course", "{course}", "--json"),
    "export": ("export", "tiny", "--course", "{course}", "--to", "csv", "--json"),
    "forget": ("forget", "bob", "--course", "{course}", "--json"),
    "validate": ("validate", "tiny", "--course", "{course}", "--json"),
    "doctor": ("doctor", "--json"),
}


@pytest.fixture
def graded(run: Run, course: Path, in_process: None) -> Path:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    return course


def objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects of an output: one in the whole of it, or one a line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_object_names_its_schema(
    name: str, run: Run, graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where an export is written
    done = run(*(part.format(course=graded) for part in COMMANDS[name]))
    found = objects(done.out)
    assert found
    assert [each["schema"] for each in found] == [1] * len(found)
