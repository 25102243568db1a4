"""`autograder report ASSIGNMENT`: how a class did, from results that are there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.cli.progress_bar import bar
from autograder.errors import UsageError
from autograder.feedback.class_text import summary_line
from autograder.feedback.phrases import plural
from autograder.feedback.sanitise import one_name
from autograder.report.analysis import Report
from autograder.report.collecting import result_files
from autograder.report.tables import to_json
from autograder.report.writing import report as write


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment.")],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Report on a class: points, exercises, laws, mistakes that are shared, who needs a person, and timing.

    Reads COURSE/.autograder/results/ as `autograder grade` left them and grades nothing. Writes a page, CSV tables and JSON to
    COURSE/.autograder/reports/ASSIGNMENT/. Every figure of the page is a link to the submissions behind it. Exit status 1:
    a result could not be read.
    """
    course = course.resolve()
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    with bar("reading results", len(result_files(course, assignment))) as advance:
        made, page = write(course, assignment, advance)
    if as_json:
        print(to_json(made), end="")
    else:
        _tell(made, page)
    raise typer.Exit(PERSON_NEEDED if made.unread else DONE)


def _tell(made: Report, page: Path) -> None:
    screen.print(summary_line([entry.score for entry in made.entries]), markup=False, highlight=False)
    shared = [each for each in made.mistakes if len(each.students) > 1]
    if shared:
        first = shared[0]
        whose = f"{plural(len(first.students), 'submission')}, {first.exercise}"
        what = first.named or f"this law is broken. {first.law}"
        screen.print(f"The most frequent mistake ({whose}): {what}", markup=False, highlight=False)
    for student, why in made.unread.items():
        errors.print(
            f"{one_name(student)}: {why}", style="red", markup=False, highlight=False, soft_wrap=True
        )
    screen.print(f"{'Report:':12}{page}", markup=False, highlight=False, soft_wrap=True)
    screen.print(f"{'Tables:':12}{page.parent}", markup=False, highlight=False, soft_wrap=True)
