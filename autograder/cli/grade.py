"""`autograder grade ASSIGNMENT`: a class, from submitted/ to the grade book. Only what is typed and printed; the rest is
classroom/grading.py."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.cli.app import DONE, INTERRUPTED, PERSON_NEEDED, app, errors, screen, status_of, tell
from autograder.course import folders
from autograder.errors import UsageError
from autograder.feedback.sanitise import one_name
from autograder.sandbox.jail import gpu

if TYPE_CHECKING:
    from autograder.classroom.grading import ClassGraded, Request
    from autograder.cli.progress import ClassProgress


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
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say whose points this would change, and by which law; write nothing."
        ),
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
    jobs: Annotated[
        int,
        typer.Option(min=1, help="How many submissions are graded at once, each in a process of its own."),
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on the workers of this dask scheduler, tcp://HOST:8786."),
    ] = None,
    shared_files: Annotated[
        bool,
        typer.Option(
            "--shared-files",
            help="The scheduler's workers see the course under the same path; send no files.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Grade all anew, also what has not changed since it was graded.")
    ] = False,
) -> None:
    """Grade what a class has submitted.

    Reads COURSE/submitted/STUDENT/ASSIGNMENT/, runs every notebook in a sandbox, puts the laws of the assignment to it, and
    writes a result (.autograder/results/), a page for student and staff (.autograder/pages/), the autograded notebook and the
    points (autograded/, gradebook.db). Points that a person gave by hand are never overwritten.

    What has not changed since it was graded is not graded again: neither submissions nor, after a check was changed, the
    other exercises. Ctrl-C finishes what is under way; the same command goes on from there.
    """
    # before all that takes seconds to import
    gpu.require(device)
    folders.source(folders.require_course(course), assignment)
    from autograder.classroom.grading import Request, grade_class
    from autograder.cli.progress import ClassProgress, shown

    request = Request(
        course.resolve(),
        assignment,
        tuple(student or ()),
        unsandboxed=unsandboxed,
        device=device,
        jobs=1 if dry_run else jobs,
        writes=not dry_run,
        scheduler=None if dry_run else scheduler,
        shared_files=shared_files,
        force=force,
    )
    progress = ClassProgress(quiet=as_json, lines=as_json and not dry_run)
    if dry_run:
        _dry_run(request, progress, quiet=as_json)
    done = grade_class(
        request, progress, book=_book(request.course, assignment, gradebook), begin=shown(progress)
    )
    _print_shared_weights(done.shared_weights, assignment)
    for name, why in done.unknown_times.items():
        _look(f"Time unknown: {one_name(name)}, {why}")
    if not as_json:
        _print_class(done, request.course, gradebook)  # last: what to open next is what one wants to see
    if done.halted is not None:
        tell(done.halted)
    if done.stopped or done.halted is not None:
        errors.print(
            f"Stopped: {len(done.scores)} of {done.handed_in} are graded and kept. The same command goes on from there.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(INTERRUPTED if done.halted is None else status_of(done.halted))
    raise typer.Exit(PERSON_NEEDED if done.person_needed else DONE)


def _dry_run(request: Request, progress: ClassProgress, *, quiet: bool) -> None:
    from autograder.classroom.grading import ready
    from autograder.cli import dry_run

    with ExitStack() as stack:
        made = ready(stack, request, progress)
        progress.of(len(made.handed_in))
        stack.enter_context(progress)
        found, unchanged = dry_run.changes(made.grader, made.handed_in, request.course, progress.graded)
    dry_run.tell(found, unchanged, as_json=quiet)
    raise typer.Exit(PERSON_NEEDED if found else DONE)


def _book(course: Path, assignment: str, wanted: bool) -> AbstractContextManager[Any]:
    """The grade book's one writer; None where nothing is entered."""
    if not wanted:
        return nullcontext()
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(
            "nbgrader is not installed, so the points cannot be entered into gradebook.db.",
            remedy='Install the checkout of fewlabels with pip install -e ".[staff]", or grade with --no-gradebook.',
        )
    from autograder.nbgrader_bridge import recorder

    return recorder(course, assignment)


def _print_class(done: ClassGraded, course: Path, gradebook: bool) -> None:
    from autograder.feedback import class_text

    if done.scores:
        screen.print(class_text.class_table(done.scores))
        screen.print(class_text.summary_line(done.scores, done.unknown_times), markup=False, highlight=False)
    places = {} if done.index is None else {"Pages": done.index}
    places["Results"] = course / folders.WORKSHOP / "results"
    if gradebook:
        places |= {"Grade book": course / "gradebook.db", "Notebooks": course / "autograded"}
    for name, path in places.items():
        screen.print(f"{name + ':':12}{path}", markup=False, highlight=False, soft_wrap=True)


def _print_shared_weights(groups: Sequence[Sequence[str]], assignment: str) -> None:
    for students in groups:
        _look(
            f"Equal to the last byte: {assignment}.safetensors of {', '.join(map(one_name, students))}. "
            "Ask them how they were trained."
        )


def _look(text: str) -> None:
    errors.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
