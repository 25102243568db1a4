"""`autograder check NOTEBOOK`: a student's notebook against the public laws, before it is submitted."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder import notebook, registry
from autograder.assignment import CHECKS_SUFFIX, Assignment, Exercise
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.errors import UsageError
from autograder.feedback import json
from autograder.feedback.text import student_text
from autograder.model import Notebook, Score
from autograder.runner import Grader
from autograder.sandbox.transport import Limits
from autograder.selfcheck import SEED
from autograder.settings import Settings


class _Here:
    """Stands in for a sandbox: the person's own notebook, in this process."""

    name = "in process"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def session(self, limits: Limits) -> Any:
        from autograder.sandbox.inshell import InShell

        return InShell(self.folder)


@app.command()
def check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="NOTEBOOK", exists=True, dir_okay=False, help="The notebook, as it would be submitted."
        ),
    ],
    assignment: Annotated[
        str | None, typer.Option(help="Name of the assignment; default: the file's name.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also the hidden checks (staff only; always sandboxed).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run a notebook from top to bottom and check it, as it would be graded but with the public laws only.

    The cells run in this process, with training skipped. Exit status 1 means that a law does not hold.
    """
    name = assignment or path.stem
    if name not in registry.assignments():
        raise UsageError(
            f"There are no checks for an assignment called {name!r}.",
            remedy=f"Say which one it is: --assignment {' or '.join(registry.assignments())}.",
        )
    document = notebook.read(path)
    source = _as_assignment(name, document, hidden=every)
    checks = [
        each
        for each in registry.load(name, hidden=every)
        if each.exercise in {e.name for e in source.exercises}
    ]
    settings = Settings(seed=SEED)
    boundary = _sandbox() if every else nullcontext(_Here(path.resolve().parent))
    with boundary as opened, errors.status("checking ..."):
        graded = Grader(source, settings, opened, checks=checks).grade(path.resolve(), path.stem)
    score = graded.score
    if as_json:
        print(json.to_json(score))
    else:
        screen.print(student_text(score))
        if not every:
            screen.print(
                "These are the public laws; the grader asks more of the same functions.", style="dim"
            )
    raise typer.Exit(DONE if _all_hold(score) else PERSON_NEEDED)


def _sandbox() -> Any:
    from autograder.sandbox.jailed import Sandbox

    if not registry.hidden_installed():
        raise UsageError(
            "The hidden checks are not installed.", remedy="Leave out --all, or install the staff's checkout."
        )
    return Sandbox()


def _as_assignment(name: str, document: Notebook, *, hidden: bool) -> Assignment:
    """The exercises as the notebook itself names them: there is no course directory beside a student's notebook."""
    exercises = []
    known = dict.fromkeys(each.exercise for each in registry.load(name, hidden=hidden))
    for exercise in known:
        cell = document.graded(exercise + CHECKS_SUFFIX)
        worth = cell.points if cell is not None and cell.points is not None else 1.0
        exercises.append(Exercise(exercise, exercise + CHECKS_SUFFIX, worth, manual=False))
    # its own cells are the only ones to compare with, so none is restored
    return Assignment(name, replace(document, cells=()), tuple(exercises))


def _all_hold(score: Score) -> bool:
    checks = [each for exercise in score.exercises for each in exercise.checks]
    return score.error is None and bool(checks) and all(each.verdict == "holds" for each in checks)
