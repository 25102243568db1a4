"""`autograder validate ASSIGNMENT`: is an assignment in order, before students get it?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.errors import UsageError
from autograder.sandbox.jailed import Sandbox

if TYPE_CHECKING:
    from autograder.release.validating import Step, Validation

Weights = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Trained weights for the source, where the assignment wants some. "
        "Default: corpus/ASSIGNMENT/trained.safetensors in the course directory.",
    ),
]


@app.command()
def validate(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment, as in assignments/NAME.")
    ],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    weights: Weights = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Run an assignment as a submission would run, and say what is not in order.

    The source earns every point. The stub that students start from earns none, and each exercise in it stops with a
    NotImplementedError. An exercise that is solved alone earns its points while the others are stubs. Public checks show no
    formula of a solution. Every grade id has checks, and every check a grade id. Time and memory stay within the limits.
    """
    with staff_room():
        from autograder.release import candidate

        piece = candidate.of(course, assignment)
        validation = piece.validation(weights)
    steps = validated(validation, quiet=as_json)
    ok = all(step.ok for step in steps)
    if as_json:
        found = [
            {"name": step.name, "ok": step.ok, "says": step.says, "troubles": step.troubles} for step in steps
        ]
        print(json.dumps({"schema": 1, "assignment": assignment, "ok": ok, "steps": found}))
    else:
        report(assignment, steps)
    raise typer.Exit(DONE if ok else PERSON_NEEDED)


def validated(validation: Validation, *, quiet: bool = False) -> list[Step]:
    """Run all steps with a progress bar."""
    with (
        Progress(
            TextColumn("{task.description:32.32}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=errors,
            transient=True,
            disable=quiet,
        ) as bars,
        Sandbox(simulate_gpu=any(check.gpu for check in validation.checks)) as sandbox,
    ):
        task = bars.add_task("starting", total=validation.steps)
        return validation.run(sandbox, lambda name: bars.update(task, advance=1, description=name))


def report(assignment: str, steps: Sequence[Step]) -> None:
    """Print the steps as people read them: a mark, what was looked at, what was found, what is wrong."""
    for step in steps:
        mark, style = ("✓", "green") if step.ok else ("✗", "red")
        found = f" ({step.says})" if step.says else ""
        screen.print(Text.assemble((f"{mark} ", style), step.name, (found, "dim")), soft_wrap=True)
        for trouble in step.troubles:
            screen.print(Text(f"    {trouble}", style="red"), soft_wrap=True)
    wrong = sum(not step.ok for step in steps)
    says = "is in order" if not wrong else f"is not in order: {wrong} of {len(steps)}"
    screen.print(f"{assignment} {says}.", markup=False, highlight=False)


@contextmanager
def staff_room() -> Iterator[None]:
    """Allow the use inside of what only staff have installed. Raises UsageError that says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        top = (error.name or "").split(".")
        if top[0] not in ("nbgrader", "nbdime", "build", "packaging") and top[:2] != [
            "autograder",
            "release",
        ]:
            raise
        raise UsageError(
            f"This needs the staff's installation ({error.name} is not there).",
            remedy='In the checkout of fewlabels: pip install -e ".[staff]" -c constraints.txt.',
        ) from None
