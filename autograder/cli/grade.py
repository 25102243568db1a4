"""`autograder grade ASSIGNMENT`: a class, from submitted/ to the grade book."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder import assignment as assignments
from autograder import classroom, settings, twins
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.errors import UsageError
from autograder.feedback import json, klass_text, standing
from autograder.model import Graded
from autograder.runner import Grader
from autograder.sandbox.jail import gpu
from autograder.sandbox.jailed import Sandbox


@app.command()
def grade(
    assignment: Annotated[
        str,
        typer.Argument(
            metavar="ASSIGNMENT", help="Name of the assignment, as in assignments/NAME or source/NAME."
        ),
    ],
    course: Annotated[Path, typer.Option(help="The course directory, as nbgrader lays it out.")] = Path(),
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student; may be given several times.")
    ] = None,
    gradebook: Annotated[
        bool, typer.Option(help="Enter points into gradebook.db and write autograded/.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the results as JSON, one line each.")
    ] = False,
    unsandboxed: Annotated[
        bool, typer.Option(help="Grade where this machine offers no boundary. Every grade is stamped so.")
    ] = False,
    device: Annotated[
        str,
        typer.Option(
            help="cpu: GPUs are simulated. cuda: the laws about a GPU run on this machine's NVIDIA GPU, in a jail that "
            "admits it."
        ),
    ] = "cpu",
) -> None:
    """Grade what a class has submitted.

    Reads COURSE/submitted/STUDENT/ASSIGNMENT/, runs every notebook in a sandbox, puts the laws of the assignment to it, and
    writes a result (.autograder/results/), a page for student and staff (.autograder/pages/), the autograded notebook and the
    points (autograded/, gradebook.db). Points that a person gave by hand are never overwritten.
    """
    course = course.resolve()
    grader, handed_in = _ready(course, assignment, student or [], unsandboxed, device)
    with grader.boundary as sandbox:  # type: ignore[attr-defined]
        for note in sandbox.notes:
            errors.print(f"Note: {note}", style="yellow", markup=False, highlight=False)
        results = _grade(grader, handed_in, course, quiet=as_json)
    index = classroom.pages(results, course, assignment, grader.settings.reveal)
    entered = _record(course, assignment, results, quiet=as_json) if gradebook else True
    scores = [each.score for each in results]
    if as_json:
        for score in scores:
            print(json.to_json(score).replace("\n", " "))
    else:
        screen.print(klass_text.class_table(scores))
        screen.print(klass_text.summary_line(scores), markup=False, highlight=False)
        _tell_where(course, index, gradebook)
    _tell_twins(handed_in, assignment)
    waits = any(standing.needs_person(score) for score in scores)
    raise typer.Exit(PERSON_NEEDED if waits or not entered else DONE)


def _ready(
    course: Path, name: str, students: Sequence[str], unsandboxed: bool, device: str = "cpu"
) -> tuple[Grader, list[classroom.Submission]]:
    gpu.require(device)
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    source = assignments.load(assignments.find(course, name), name)
    handed_in = classroom.submissions(course, name, students)
    configured = settings.read(course)
    return Grader(source, configured, Sandbox(unsandboxed=unsandboxed, device=device)), handed_in


def _progress(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description:24.24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=quiet,
    )


def _grade(
    grader: Grader, handed_in: Sequence[classroom.Submission], course: Path, *, quiet: bool
) -> list[Graded]:
    with _progress(quiet) as bars:
        drawing = bars.add_task("drawing inputs", total=len(grader.checks))
        grader.prepare(lambda _: bars.advance(drawing))
        bars.remove_task(drawing)
        task = bars.add_task("grading", total=len(handed_in))
        results = []
        for graded in classroom.grade(grader, handed_in, course):
            results.append(graded)
            bars.update(task, advance=1, description=graded.score.student)
        return results


def _record(course: Path, assignment: str, results: Sequence[Graded], *, quiet: bool) -> bool:
    """Whether every result stands in the grade book; tells which does not, and why."""
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(
            "nbgrader is not installed, so the points cannot be entered into gradebook.db.",
            remedy='Install it with pip install "fewlabels[staff]", or grade with --no-gradebook.',
        )
    from autograder.nbgrader_bridge import record

    with _progress(quiet) as bars:
        task = bars.add_task("grade book", total=len(results))
        by_student = {each.score.student: each for each in results}
        recorded = record(course, assignment, by_student, lambda _: bars.advance(task))
    # what made a submission ungraded is in the table already
    graded = {each.score.student for each in results if each.score.error is None}
    failed = [each for each in recorded if each.failure is not None and each.student in graded]
    for each in failed:
        if each.failure is not None:
            said = f"{each.student}: {each.failure.what} {each.failure.remedy}"
            errors.print(said, style="red", markup=False, highlight=False)
    return not failed


def _tell_twins(handed_in: Sequence[classroom.Submission], assignment: str) -> None:
    """Weights that two students share are no verdict: a person looks."""
    name = f"{assignment}.safetensors"
    files = {each.student: each.path.parent / name for each in handed_in if each.path is not None}
    for students in twins.same_weights(files):
        said = f"Equal to the last byte: {name} of {', '.join(students)}. Ask them how they were trained."
        errors.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _tell_where(course: Path, index: Path, gradebook: bool) -> None:
    places = {"Pages": index, "Results": course / classroom.WORKSHOP / "results"}
    if gradebook:
        places |= {"Grade book": course / "gradebook.db", "Notebooks": course / "autograded"}
    for name, path in places.items():
        screen.print(f"{name + ':':12}{path}", markup=False, highlight=False, soft_wrap=True)
