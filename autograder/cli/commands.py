"""The table of subcommands: each is imported when it is called, so that nobody waits for what another one needs.

What `autograder --help` says of them stands here; a test holds it against their docstrings.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandInfo

from autograder.errors import UsageError

# name -> what --help says of it; the module is called like the command
COMMANDS = {
    "check": "Run a notebook from top to bottom and check it, as it would be graded but with the public laws only.",
    "data": "The course's data sets: list them, fetch Omniglot, draw a sheet.",
    "export": "Write the points of an assignment as a file that a learning platform imports.",
    "forget": "List what fewlabels keeps of a student, ask, and delete it.",
    "gpu-check": "Run a program twice, on the CPU and on a simulated GPU, and say where the runs part. No GPU is needed.",
    "report": "Report on a class: points, exercises, laws, mistakes that are shared, who needs a person, and timing.",
    "certify": "Try the grader: right programs have to pass, wrong ones and mutants of the solution have to fall.",
    "doctor": "Start every kind of sandbox that could be had here, attack it, and say which ones hold.",
    "explain": "Run one check of one submission again, and show the smallest input found that breaks its law.",
    "grade": "Grade what a class has submitted.",
    "new": "Write the skeleton of an assignment: notebook, public and hidden checks, right and wrong programs.",
    "release": "Make the student version of an assignment, and put it where nbgrader releases from.",
    "validate": "Run an assignment as a submission would run, and say what is not in order.",
}
# the sandbox is made of Unix; students on Windows have the rest
UNIX = frozenset({"certify", "doctor", "explain", "grade", "new", "release", "validate"})
# what staff install, and from where
STAFF_INSTALLATION = (
    'Clone the repository of fewlabels and, in it: pip install -e ".[staff]" -c constraints.txt. Without -e pip installs '
    "the students' part of it alone."
)
# command -> the package that students do not have
STAFF = {
    "certify": "certify",
    "explain": "classroom",
    "export": "exports",
    "forget": "classroom",
    "grade": "classroom",
    "new": "release",
    "release": "release",
    "report": "report",
    "validate": "release",
}


def installed() -> tuple[str, ...]:
    """Return the names of the commands that this installation has and this machine can run."""
    unix = importlib.util.find_spec("pwd") is not None
    return tuple(name for name in COMMANDS if (unix or name not in UNIX) and not _lacking(name))


def _lacking(name: str) -> bool:
    return name in STAFF and importlib.util.find_spec(f"autograder.{STAFF[name]}") is None


class LazyCommand(TyperCommand):
    """A command that is known by its name and its first sentence until it is called."""

    def __init__(self, name: str) -> None:
        super().__init__(name, help=COMMANDS[name], short_help=COMMANDS[name])

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Import the command, and hand the call on to it."""
        return loaded(str(self.name)).make_context(*arguments, **options)


class CommandTable(TyperGroup):
    """The commands of the table, in its order."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands of this installation."""
        return list(installed())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name; None for an unknown one. Raises UsageError for one that only staff have installed."""
        if cmd_name in COMMANDS and _lacking(cmd_name):
            raise UsageError(
                f"`autograder {cmd_name}` is for staff, and this is the students' installation.",
                remedy=STAFF_INSTALLATION,
            )
        return LazyCommand(cmd_name) if cmd_name in installed() else None


def loaded(name: str) -> Any:
    """Return the command itself: importing its module enters it into the app."""
    importlib.import_module(f"autograder.cli.{name.replace('-', '_')}")
    app: typer.Typer = importlib.import_module("autograder.cli.app").app
    for group in app.registered_groups:
        if group.name == name and group.typer_instance is not None:
            return _named(typer.main.get_command(group.typer_instance), name)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.registered_commands = [each for each in app.registered_commands if _name(each) == name]
    return _named(typer.main.get_command(alone), name)


def _name(command: CommandInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", "")).replace("_", "-")


def _named(command: Any, name: str) -> Any:
    command.name = name
    return command
