"""`autograder new ASSIGNMENT`: the skeleton of an assignment, in order as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import app, screen
from autograder.cli.validate import staff_room
from autograder.errors import UsageError
from autograder.laws import registry


@app.command()
def new(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="Its name: small letters, digits and _.")
    ],
    course: Annotated[
        Path,
        typer.Option(help="The course directory, or the checkout of fewlabels; made if it is not there."),
    ] = Path(),
) -> None:
    """Write the skeleton of an assignment: notebook, public and hidden checks, right and wrong programs.

    One small exercise, whole: autograder validate ASSIGNMENT finds it in order. Replace its parts by yours, one at a time.
    docs/writing-a-check.md says how laws are written, docs/releasing.md how the notebook becomes a release.
    """
    with staff_room():
        from autograder.release import skeleton
    course = course.resolve()
    made = skeleton.files(assignment, course)
    registry.use(course)
    if assignment in registry.assignments():
        raise UsageError(
            f"There are checks for an assignment {assignment} already.", remedy="Take another name."
        )
    course.mkdir(parents=True, exist_ok=True)
    skeleton.write(assignment, course, made)
    for path in made:
        screen.print(f"  {path}", markup=False, highlight=False)
    where = "" if course == Path.cwd() else f" --course {course}"
    screen.print(
        f"Look at it: autograder validate {assignment}{where}", markup=False, highlight=False, soft_wrap=True
    )
