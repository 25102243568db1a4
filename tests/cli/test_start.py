"""What a command imports before it knows what it is asked: nobody should wait for what another command needs."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import commands
from autograder.cli.app import app
from autograder.errors import UsageError

ROOT = Path(__file__).parents[2]
SLOW = (
    "torch",
    "hypothesis",
    "numpy",
    "nbformat",
    "jsonschema",
    "nbgrader",
    "nbconvert",
    "matplotlib",
    "scipy",
    "distributed",
)
LOOK = f"""
import atexit, runpy, sys
atexit.register(lambda: print("imported:", [name for name in {SLOW!r} if name in sys.modules]))
sys.argv[0] = "autograder"
runpy.run_module("autograder", run_name="__main__")
"""


def run(*arguments: str, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LOOK, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("grade", "no-such-name"),
        ("forget", "nobody"),
        ("export", "fewshot", "--to", "csv"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_small_commands_import_nothing_that_takes_seconds(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*arguments, cwd=tmp_path).rstrip().endswith("imported: []")


def test_check_and_assignment_are_imported_at_once(tmp_path: Path) -> None:
    program = f"from autograder import assignment, check\nassignment('fewshot')\nimport sys\nprint([name for name in {SLOW!r} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", commands.installed())
def test_the_table_says_what_the_command_says(name: str) -> None:
    command = commands.loaded(name)
    said = " ".join(str(inspect.cleandoc(command.help)).split("\n\n")[0].split())
    assert commands.COMMANDS[name] == said


def test_every_command_of_the_frame_stands_in_the_table() -> None:
    for name in commands.COMMANDS:
        commands.loaded(name)
    entered = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    groups = {str(each.name) for each in app.registered_groups}
    assert {name.replace("_", "-") for name in entered | groups} == set(commands.COMMANDS)


def test_a_staff_command_is_no_riddle_in_a_student_s_installation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands, "_lacking", lambda name: name in commands.STAFF)
    assert "grade" not in commands.installed()
    assert "check" in commands.installed()
    with pytest.raises(UsageError, match="is for staff, and this is the students' installation"):
        commands.CommandTable(name="autograder").get_command(None, "grade")
