"""`autograder grade ASSIGNMENT`: a class, from submitted/ to the grade book."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from autograder import assignment as assignments
from autograder import classroom, settings, twins
from autograder.cli import regrade
from autograder.cli.app import DONE, INTERRUPTED, PERSON_NEEDED, app, errors, screen
from autograder.cli.watching import Watch, finishing
from autograder.errors import UsageError
from autograder.feedback import json, klass_text, standing
from autograder.model import Score
from autograder.runner import Grader
from autograder.sandbox.jail import gpu
from autograder.sandbox.jail import profile as profiles
from autograder.sandbox.jail.view import view
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
    course = course.resolve()
    if scheduler is not None and jobs > 1:
        raise UsageError("--jobs and --scheduler exclude each other.", remedy="Choose one of them.")
    with ExitStack() as stack:
        job, handed_in = _ready(course, assignment, student or [], unsandboxed, device)
        grader, crew = _crew(stack, job, 1 if dry_run else jobs, None if dry_run else scheduler, shared_files)
        if dry_run:
            _dry_run(grader, handed_in, course, stack, quiet=as_json)
        classroom.sweep(course)
        journal = classroom.Journal(course, grader, force=force)
        if isinstance(crew, classroom.Local) and any(map(journal.lacks, handed_in)):
            stack.enter_context(crew.drawing())  # meanwhile the grade book is opened
        book = stack.enter_context(_book(course, assignment, gradebook))
        stop = stack.enter_context(finishing())
        watch = stack.enter_context(Watch(len(handed_in), quiet=as_json))
        if isinstance(crew, classroom.Alone) and any(journal.whole(each) is None for each in handed_in):
            watch.drawing(grader)
        scores, entered = [], True
        for done in classroom.results(grader, handed_in, course, crew=crew, journal=journal, stop=stop):
            score = done.graded.score
            entered = _enter(book, done, journal) and entered
            watch.graded(score)
            if as_json:
                print(json.to_json(score).replace("\n", " "), flush=True)
            scores.append(classroom.outline(score))
    scores.sort(key=lambda score: score.student)
    index = classroom.write_class_page(_with_others(scores, course, assignment), course, assignment)
    if not as_json:
        _tell(scores, course, index, gradebook)
    _tell_twins(handed_in, assignment)
    if stop.wanted and len(scores) < len(handed_in):
        said = f"Stopped: {len(scores)} of {len(handed_in)} are graded and kept. The same command goes on from there."
        errors.print(said, markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    waits = any(standing.needs_person(score) for score in scores)
    raise typer.Exit(PERSON_NEEDED if waits or not entered else DONE)


def _with_others(scores: Sequence[Score], course: Path, assignment: str) -> list[Score]:
    """With the results of those who were not graded this time: the page of a class shows all of it."""
    mine = {score.student for score in scores}
    others = classroom.written(course, assignment, but=mine)
    everybody = [*scores, *map(classroom.outline, others)]
    return sorted(everybody, key=lambda score: score.student)


def _ready(
    course: Path, name: str, students: Sequence[str], unsandboxed: bool, device: str
) -> tuple[classroom.Job, list[classroom.Submission]]:
    gpu.require(device)
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    source = assignments.of_course(course, name)
    handed_in = classroom.submissions(course, name, students)
    return classroom.Job(source, settings.read(course), unsandboxed, device, course), handed_in


def _dry_run(
    grader: Grader,
    handed_in: Sequence[classroom.Submission],
    course: Path,
    stack: ExitStack,
    *,
    quiet: bool,
) -> NoReturn:
    watch = stack.enter_context(Watch(len(handed_in), quiet=quiet))
    found, unchanged = regrade.changes(grader, handed_in, course, watch.graded)
    stack.close()
    regrade.tell(found, unchanged, as_json=quiet)
    raise typer.Exit(PERSON_NEEDED if found else DONE)


def _crew(
    stack: ExitStack, job: classroom.Job, jobs: int, scheduler: str | None, shared: bool
) -> tuple[Grader, classroom.Crew]:
    """Who grades, and the grader that knows the assignment; its own sandbox runs only where nobody else has one."""
    if scheduler is not None:
        cluster = classroom.Cluster(job, scheduler, shared)
        return Grader(
            job.assignment, job.settings, classroom.Elsewhere(f"dask {scheduler}", job.device)
        ), cluster
    if jobs > 1:
        profile = profiles.choose(view(), profiles.UNSANDBOXED if job.unsandboxed else None)
        _note(profile.notes)
        if job.device == "cuda":
            profile = profiles.admitting_gpu(profile)
        grader = Grader(job.assignment, job.settings, classroom.Elsewhere(profile.name, job.device))
        return grader, classroom.Local(job, jobs)
    grader = Grader(job.assignment, job.settings, Sandbox(unsandboxed=job.unsandboxed, device=job.device))
    sandbox: Any = grader.boundary
    _note(stack.enter_context(sandbox).notes)
    return grader, classroom.Alone(grader)


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        errors.print(f"Note: {note}", style="yellow", markup=False, highlight=False)


def _book(course: Path, assignment: str, wanted: bool) -> AbstractContextManager[Any]:
    """The grade book's one writer; None where nothing is entered."""
    if not wanted:
        return nullcontext()
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError(
            "nbgrader is not installed, so the points cannot be entered into gradebook.db.",
            remedy='Install it with pip install "fewlabels[staff]", or grade with --no-gradebook.',
        )
    from autograder.nbgrader_bridge import recorder

    return recorder(course, assignment)


def _enter(book: Any, done: classroom.Done, journal: classroom.Journal) -> bool:
    """Whether the result stands in the grade book; tells why it does not."""
    score = done.graded.score
    if book is None or (journal.entered(done.graded) and book.knows(score.student)):
        return True
    recorded = book.enter(score.student, done.graded)
    for reason in recorded.review:
        said = f"Look again: {score.student}, {reason}"
        errors.print(said, style="yellow", markup=False, highlight=False)
    failure = recorded.failure
    if failure is None:
        journal.note_entered(done.graded)
        return True
    if score.error is not None:  # what made a submission ungraded is in the table already
        return True
    said = f"{score.student}: {failure.what} {failure.remedy}"
    errors.print(said, style="red", markup=False, highlight=False)
    return False


def _tell(scores: Sequence[Score], course: Path, index: Path, gradebook: bool) -> None:
    if scores:
        screen.print(klass_text.class_table(scores))
        screen.print(klass_text.summary_line(scores), markup=False, highlight=False)
    places = {"Pages": index, "Results": course / classroom.WORKSHOP / "results"}
    if gradebook:
        places |= {"Grade book": course / "gradebook.db", "Notebooks": course / "autograded"}
    for name, path in places.items():
        screen.print(f"{name + ':':12}{path}", markup=False, highlight=False, soft_wrap=True)


def _tell_twins(handed_in: Sequence[classroom.Submission], assignment: str) -> None:
    """Weights that two students share are no verdict: a person looks."""
    name = f"{assignment}.safetensors"
    files = {each.student: each.path.parent / name for each in handed_in if each.path is not None}
    for students in twins.same_weights(files):
        said = f"Equal to the last byte: {name} of {', '.join(students)}. Ask them how they were trained."
        errors.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)
