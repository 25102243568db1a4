"""The frame: help that teaches, exit statuses, errors as people read them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.panel import Panel
from rich.text import Text

from autograder.cli import app as frame
from autograder.errors import (
    AssignmentError,
    CheckError,
    NotebookError,
    SandboxBroken,
    SandboxUnavailable,
    UsageError,
)
from autograder.feedback.json import to_json
from autograder.model import Score
from autograder.version import __version__

ROOT = Path(__file__).parents[2]
Run = Callable[..., Any]


def squeezed(text: str) -> str:
    """Help without the boxes that rich draws, on one line."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", text).split())


def test_help_names_every_command_with_a_sentence(run: Run) -> None:
    done = run("--help")
    text = squeezed(done.out)
    assert done.status == 0
    assert "Grades deep-learning notebooks by laws" in text
    for command in (
        "check Run a notebook from top to bottom",
        "grade Grade what a class",
        "explain Run one check",
        "data The course's data sets",
    ):
        assert command in text


@pytest.mark.parametrize(
    ("command", "teaches"),
    [
        (
            ("check",),
            [
                "NOTEBOOK",
                "--all",
                "--json",
                "--assignment",
                "Exit status 1 means that it is not, or that a law does not hold.",
            ],
        ),
        (
            ("grade",),
            [
                "ASSIGNMENT",
                "--course",
                "--student",
                "--no-gradebook",
                "Points that a person gave by hand are never overwritten.",
            ],
        ),
        (("report",), ["grades nothing", "a link to the submissions behind it", "--json"]),
        (
            ("export",),
            ["--roster", "--scale", "letter by letter", "Nobody who handed in nothing gets points."],
        ),
        (("forget",), ["--yes", "ask, and delete it", "What nbgrader holds is only listed"]),
        (("explain",), ["EXERCISE/CHECK", "STUDENT", "class_prototypes/labels_are_only_names"]),
        (("data",), ["list", "fetch", "show"]),
        (("data", "fetch"), ["omniglot", "--to", "--base-url"]),
        (("data", "show"), ["--out", "a row per class"]),
    ],
)
def test_help_of_a_command_teaches(run: Run, command: tuple[str, ...], teaches: list[str]) -> None:
    done = run(*command, "--help")
    assert (done.status, done.err) == (0, "")
    assert [each for each in teaches if each not in squeezed(done.out)] == []


def test_the_version(run: Run) -> None:
    assert run("--version")[:2] == (0, f"fewlabels {__version__}\n")


def test_without_a_command_there_is_help(run: Run) -> None:
    done = run()
    assert done.status in (0, 2)
    assert "Usage: autograder" in squeezed(done.out + done.err)


@pytest.mark.parametrize(
    "arguments",
    [("grde", "tiny"), ("check",), ("grade",), ("check", "--jsn", "a.ipynb"), ("explain", "a", "b")],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "Usage: autograder" in done.err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotebookError("w", remedy="r"), 1),
        (AssignmentError("w", remedy="r"), 2),
        (CheckError("w", remedy="r"), 2),
        (UsageError("w", remedy="r"), 2),
        (SandboxUnavailable("w", remedy="r"), 3),
        (SandboxBroken("w", remedy="r"), 3),
    ],
)
def test_an_error_has_its_status(error: Any, status: int) -> None:
    assert frame.status_of(error) == status


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NotebookError("It is [bold]empty[/bold].", remedy="Fill it.", file="ada.ipynb", cell=3),
            "ada.ipynb, cell 3\nThe submission: It is [bold]empty[/bold].\nFill it.\n",
        ),
        (
            AssignmentError("It is empty.", remedy="Fill it.", file="a.ipynb"),
            "a.ipynb\nThe course: It is empty.\nFill it.\n",
        ),
        (SandboxBroken("It fell.", remedy="Try again."), "The grader: It fell.\nTry again.\n"),
        (UsageError("No such thing.", remedy="Try another."), "Usage: No such thing.\nTry another.\n"),
        (UsageError("x " * 100 + "x", remedy="Try another."), "Usage: " + "x " * 100 + "x\nTry another.\n"),
    ],
    ids=["submission", "course", "grader", "usage", "long"],
)
def test_an_error_is_told_with_place_and_remedy(
    error: Any, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    frame.tell(error)
    assert capsys.readouterr() == ("", expected)


def test_an_error_ends_with_its_status_and_without_a_traceback(run: Run, tmp_path: Path) -> None:
    done = run("grade", "tiny", "--course", tmp_path / "nowhere")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"{tmp_path / 'nowhere'}\nUsage: There is no such course directory.\nName it with --course DIR.\n"
    )


def test_ctrl_c_says_that_finished_results_are_kept(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.classroom.grading.results", stopped)
    done = run("grade", "tiny", "--course", course)
    assert done.status == 130
    assert "Stopped. Results that were finished are kept." in done.err
    assert "Traceback" not in done.err


def test_python_m_autograder_is_the_command() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "--version"],
        cwd=ROOT.parent,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"fewlabels {__version__}\n", "")


def test_nothing_that_is_printed_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "ada\x1b[2J\x9b1A\r\u202eb\x07"
    frame.screen.print(hostile, markup=False)
    frame.screen.print(Panel(Text(hostile), title=Text(hostile)))
    frame.tell(UsageError(hostile, remedy=hostile, file=hostile))
    said = "".join(capsys.readouterr())
    assert not [each for each in said if not each.isprintable() and each != "\n"]
    assert said.count("\\x1b[2J") == 6


def test_colours_of_our_own_stay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    console = frame.SafeConsole(force_terminal=True, color_system="standard")
    console.print("\x1b[2Jada", style="red", markup=False, highlight=False)
    said = capsys.readouterr().out
    assert said == "\x1b[31m\\x1b[2Jada\x1b[0m\n"


def test_a_file_that_the_machine_refuses_is_named_without_a_traceback(run: Run, tmp_path: Path) -> None:
    (tmp_path / "points.csv").mkdir()
    results = tmp_path / ".autograder" / "results" / "ada"
    results.mkdir(parents=True)
    score = Score("tiny", "ada", "graded", 1.0, 1.0, 0.0, 1, "none", "cpu", {})
    (results / "tiny.json").write_text(to_json(score))
    done = run("export", "tiny", "--to", "csv", "--course", tmp_path, "--out", tmp_path / "points.csv")
    assert done.status == 3
    assert "The grader: The machine refuses it (Is a directory)." in done.err
