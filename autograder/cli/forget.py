"""`autograder forget STUDENT`: what is kept of a student, and its deletion."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.classroom.personal_data import Traces, traces
from autograder.classroom.personal_data import forget as delete
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.errors import UsageError
from autograder.feedback.json import ascii_json
from autograder.feedback.sanitise import one_name


@app.command()
def forget(
    student: Annotated[
        str, typer.Argument(metavar="STUDENT", help="The student's id, as in submitted/STUDENT/.")
    ],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="List as JSON; deletes only together with --yes.")
    ] = False,
) -> None:
    """List what fewlabels keeps of a student, ask, and delete it.

    Deleted are results, times, receipts and pages of the student, and class pages and reports that name them (grading and
    `autograder report` make those anew). What nbgrader holds is only listed, with the commands that delete it: the submission,
    autograded and feedback notebooks, and the grade book. Exit status 1: something was not deleted.
    """
    course = course.resolve()
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    found = traces(course, student)
    if as_json:
        lists = {name: _paths(getattr(found, name)) for name in ("ours", "shared", "nbgrader")}
        print(ascii_json({"schema": 1, **lists}))
    else:
        _tell(found)
    if not (found.ours or found.shared) or (as_json and not yes):
        raise typer.Exit(DONE if found.nothing or as_json else PERSON_NEEDED)
    if not yes and not typer.confirm("Delete the first list?"):
        raise typer.Exit(PERSON_NEEDED)
    left = delete(found)
    for path, why in left.items():
        errors.print(f"Could not be deleted ({why}): {path}", style="red", markup=False, soft_wrap=True)
    if left:
        raise typer.Exit(PERSON_NEEDED)
    if not as_json:
        screen.print("Deleted.", markup=False)


def _paths(paths: Sequence[Path]) -> list[str]:
    return [str(path) for path in paths]


def _tell(found: Traces) -> None:
    if found.nothing:
        screen.print(f"Nothing is kept of {one_name(found.student)} here.", markup=False, highlight=False)
        return
    _list("Kept by fewlabels:", (*found.ours, *found.shared))
    _list("Held by nbgrader, which this command leaves alone:", found.nbgrader)
    if found.nbgrader:
        screen.print(
            "  Delete the folders, and take the student out of the grade book: nbgrader db student remove "
            f"{shlex.quote(found.student)} --force (their marks go with them).",
            markup=False,
            highlight=False,
        )


def _list(heading: str, paths: Sequence[Path]) -> None:
    if paths:
        screen.print(heading, markup=False, highlight=False)
        for path in paths:
            screen.print(f"  {path}", markup=False, highlight=False, soft_wrap=True)
