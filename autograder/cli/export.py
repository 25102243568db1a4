"""`autograder export ASSIGNMENT --to moodle|canvas|csv`: points for a learning platform."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from autograder import atomic
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.cli.progress_bar import bar
from autograder.errors import UsageError
from autograder.exports.export import PLATFORMS, Exported, file_name
from autograder.exports.export import export as made_of
from autograder.exports.marks import Mark, of_results
from autograder.feedback.json import ascii_json
from autograder.feedback.phrases import plural
from autograder.feedback.sanitise import one_name
from autograder.report.collecting import collect, result_files


@app.command()
def export(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment.")],
    to: Annotated[str, typer.Option(metavar="|".join(PLATFORMS), help="For whom.")],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    roster: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The list of students that the platform hands out: Moodle's grading worksheet, Canvas's exported grade book.",
        ),
    ] = None,
    match: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Its column that holds our student ids.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column of the points, where it cannot be told.")
    ] = None,
    scale: Annotated[
        bool, typer.Option(help="Convert points where the assignment is worth others there.")
    ] = False,
    incomplete: Annotated[
        bool, typer.Option(help="Export points also where some still wait for a person.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write; default: ASSIGNMENT.TO.csv here (plain CSV: ASSIGNMENT.csv)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say as JSON who was exported and who not.")
    ] = False,
) -> None:
    """Write the points of an assignment as a file that a learning platform imports.

    Points come from the grade book: by laws and by hand, less penalties for lateness. Students are matched with the
    platform's list by their id or e-mail address, letter by letter; who matches nobody is listed and left out. So is
    who waits for a person (plain CSV lists them without points). Nobody who handed in nothing gets points. Exit status 1, for
    every platform: somebody was left out or waits, or nobody is in the file.
    """
    course = course.resolve()
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    made = made_of(
        _marks(course, assignment),
        assignment,
        to,
        listed=roster,
        match=match,
        column=column,
        scale=scale,
        incomplete=incomplete,
    )
    path = out or Path(file_name(assignment, to))
    atomic.write_text(path, made.text)
    if as_json:
        print(ascii_json(_as_dict(made, path)))
    else:
        _tell(made, path, roster is not None, without_points=to == "csv")
    raise typer.Exit(DONE if made.complete else PERSON_NEEDED)


def _marks(course: Path, assignment: str) -> list[Mark]:
    """From the grade book; where there is none, from the results alone, and it is said so."""
    # importing nbgrader takes seconds
    has_book = any((course / name).exists() for name in ("gradebook.db", "nbgrader_config.py"))
    if has_book and importlib.util.find_spec("nbgrader") is not None:
        from autograder.nbgrader_bridge.exporting import marks

        found = marks(course, assignment)
        if found is not None:
            return found
    with bar("reading results", len(result_files(course, assignment))) as advance:
        entries = collect(course, assignment, advance).entries
    note = (
        f"Note: the grade book does not know {assignment}, so marks given by hand and penalties are missing."
    )
    errors.print(note, style="yellow", markup=False, highlight=False)
    return of_results(entry.score for entry in entries)


def _as_dict(made: Exported, path: Path) -> dict[str, object]:
    return {
        "schema": 1,
        "file": str(path),
        "exported": list(made.exported),
        "unmatched": dict(made.unmatched),
        "waiting": list(made.left_out),
        "absent": made.absent,
    }


def _tell(made: Exported, path: Path, listed: bool, *, without_points: bool) -> None:
    said = f"{plural(len(made.exported), 'student')} with points: {path}"
    screen.print(said, markup=False, highlight=False, soft_wrap=True)
    for student, why in made.unmatched.items():
        errors.print(f"Left out, {one_name(student)} {why}.", style="red", markup=False, highlight=False)
    how = "Without points" if without_points else "Left out"
    for student in made.left_out:
        errors.print(f"{how}, {one_name(student)} waits for a person.", style="yellow", markup=False)
    if made.encoding == "cp1252":
        said = "The list is no UTF-8, and was read as Windows-1252: look at names with accents before you upload."
        errors.print(said, style="yellow", markup=False, highlight=False)
    if listed and made.absent:
        said = f"{plural(made.absent, 'person', 'people')} of the list handed in nothing; the file leaves them out."
        screen.print(said, markup=False, highlight=False)
