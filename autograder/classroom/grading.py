"""A class, graded: who is asked, by whom, with which journal, into which grade book. What `autograder grade` does,
without a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from autograder.classroom import fence, shared_weights
from autograder.classroom.executors import Cluster, Executor, LocalPool, RemoteSandbox, Sequential
from autograder.classroom.handed_in import Submission, submissions
from autograder.classroom.journal import Journal
from autograder.classroom.late import unknown_times
from autograder.classroom.run import Stop, results
from autograder.classroom.work import Done, Job
from autograder.classroom.writing import outline, sweep, write_class_page, written
from autograder.course import assignment as assignments
from autograder.course import folders, settings
from autograder.errors import GraderError, UsageError
from autograder.feedback.class_summary import needs_person
from autograder.feedback.sanitise import one_name
from autograder.model import Failure, Graded, Score
from autograder.runner import Grader, drawing, kept_inputs, naming
from autograder.sandbox.jail import gpu
from autograder.sandbox.jail import profile as profiles
from autograder.sandbox.jail.view import view
from autograder.sandbox.jailed import Sandbox


@dataclass(frozen=True)
class Request:
    """What is to be graded, and how.

    students      only these; nobody named: everybody who has submitted
    jobs          how many submissions at once, each in a process of its own
    scheduler     address of a dask scheduler whose workers grade, instead
    shared_files  its workers see the course under the same path
    force         also what has not changed since it was graded
    writes        whether anything may be kept in the course
    """

    course: Path
    assignment: str
    students: Sequence[str] = ()
    unsandboxed: bool = False
    device: str = "cpu"
    jobs: int = 1
    scheduler: str | None = None
    shared_files: bool = False
    force: bool = False
    writes: bool = True


class Recorded(Protocol):
    """What a grade book says of one result: marks to look at again, and why it could not be entered."""

    @property
    def review(self) -> Sequence[str]: ...

    @property
    def failure(self) -> Failure | None: ...


class GradeBook(Protocol):
    """Where points are entered."""

    def knows(self, student: str) -> bool:
        """Ask whether the grade book has a submission of this student."""

    def circumstances(self, student: str) -> str:
        """Return a digest of all that decides a submission's points there beside its result."""
        ...

    def enter(self, student: str, graded: Graded) -> Recorded:
        """Enter a result; return what the grade book says of it."""


class Listener(Protocol):
    """Who is told what happens meanwhile."""

    def note(self, text: str) -> None:
        """Hear what is so on this machine."""
        ...

    def of(self, total: int) -> None:
        """Hear how many submissions there are."""
        ...

    def drawing(self, grader: Grader) -> None:
        """Call `grader.prepare`: inputs are to be drawn before the first submission."""
        ...

    def graded(self, score: Score) -> None:
        """Hear of a submission that is graded."""

    def review(self, text: str) -> None:
        """Hear of something that a person should look at."""
        ...

    def failed(self, text: str) -> None:
        """Hear of a result that could not be entered."""
        ...


@dataclass(frozen=True)
class ClassGraded:
    """What came of it.

    scores          outlines, by student
    index           the page of the class; None where it could not be written
    all_entered     whether every result stands in the grade book
    stopped         whether somebody wanted to stop before all were graded
    handed_in       how many there are
    shared_weights  groups of students whose trained weights are equal to the last byte
    unknown_times   student -> why nobody knows when they handed in
    halted          what ended the run before all were graded: a full disk, a lost grade book, a sandbox that broke
    """

    scores: tuple[Score, ...]
    index: Path | None
    all_entered: bool
    stopped: bool
    handed_in: int
    shared_weights: tuple[tuple[str, ...], ...]
    unknown_times: Mapping[str, str] = field(default_factory=dict)
    halted: GraderError | None = None

    @property
    def person_needed(self) -> bool:
        """Whether somebody has to look at a submission, or at the grade book."""
        return (
            not self.all_entered
            or self.index is None
            or bool(self.unknown_times)
            or any(needs_person(score) for score in self.scores)
        )


@dataclass(frozen=True)
class Ready:
    """A class that can be graded: the job, what was handed in, who grades it."""

    job: Job
    handed_in: Sequence[Submission]
    grader: Grader
    executor: Executor


def ready(stack: ExitStack, request: Request, listener: Listener) -> Ready:
    """Read what `request` names, and choose who grades. A sandbox that is opened is closed with `stack`.

    `listener` hears what is so on this machine. Raises UsageError, AssignmentError, SandboxUnavailable, SandboxBroken.
    """
    if request.scheduler is not None and request.jobs > 1:
        raise UsageError("--jobs and --scheduler exclude each other.", remedy="Choose one of them.")
    gpu.require(request.device)
    course = folders.require_course(request.course)
    decided = settings.read(course)
    source = assignments.of_course(course, request.assignment, decided=decided)
    handed_in = submissions(course, request.assignment, request.students)
    programs = naming.if_readable(course, source, listener.note)
    job = Job(source, decided, request.unsandboxed, request.device, course, programs)
    return Ready(job, handed_in, *_executor(stack, job, request, listener))


def grade_class(
    request: Request,
    listener: Listener,
    *,
    book: AbstractContextManager[GradeBook | None],
    begin: AbstractContextManager[Stop],
) -> ClassGraded:
    """Grade what a class has submitted: results and pages into the course, points into `book`.

    request    what is to be graded, and how
    listener   hears what happens
    book       opened while inputs are drawn; None in it: no points are entered
    begin      entered when grading begins, left when it ends; what it hands out says when nothing new is to be begun

    Raises what `ready` raises, and StorageError where nothing can be kept from the start. One bad submission never stops the
    others; what stops all of them ends the run, and what is done is kept.
    """
    course, name = request.course.resolve(), request.assignment
    with ExitStack() as stack:
        made = ready(stack, request, listener)
        listener.of(len(made.handed_in))
        fence.require_room(course)
        sweep(course)
        journal = Journal(course, made.grader, force=request.force)
        if journal.renewed(made.handed_in):
            listener.note(
                "All is graded anew: the grader, the assignment or the course's settings have changed since the last time."
            )
        if isinstance(made.executor, LocalPool) and any(map(journal.lacks, made.handed_in)):
            stack.enter_context(made.executor.drawing())  # meanwhile the grade book is opened
        opened = stack.enter_context(book)
        stop = stack.enter_context(begin)
        if isinstance(made.executor, Sequential) and any(
            journal.whole(each) is None for each in made.handed_in
        ):
            listener.drawing(made.grader)
        scores: list[Score] = []
        entered, halted = True, None
        try:
            for done in results(
                made.grader, made.handed_in, course, executor=made.executor, journal=journal, stop=stop
            ):
                refused = _enter(opened, done, journal, listener)
                entered = entered and refused is None
                listener.graded(done.graded.score)
                scores.append(outline(_with_failure(done.graded.score, refused)))
        except GraderError as error:  # no submission's: nothing more can be graded, or kept
            if not scores:
                raise
            halted = error
    scores.sort(key=lambda score: score.student)
    asked = {each.student for each in made.handed_in}
    return ClassGraded(
        tuple(scores),
        _class_page(scores, course, name, listener),
        entered,
        stop.wanted and len(scores) < len(made.handed_in),
        len(made.handed_in),
        _shared_weights(made.handed_in, name, listener),
        {student: why for student, why in unknown_times(course, name).items() if student in asked},
        halted,
    )


def _executor(stack: ExitStack, job: Job, request: Request, listener: Listener) -> tuple[Grader, Executor]:
    """Who grades, and the grader that knows the assignment; its own sandbox runs only where nobody else has one."""
    drawn = drawing.caveat()
    _notes([drawn] if drawn is not None else [], listener)
    if request.scheduler is not None:
        cluster = Cluster(job, request.scheduler, request.shared_files)
        remote = RemoteSandbox(f"dask {request.scheduler}", job.device)
        return Grader(job.assignment, job.settings, remote, namer=job.namer()), cluster
    if request.jobs > 1:
        profile = profiles.choose(view(), profiles.UNSANDBOXED if job.unsandboxed else None)
        _notes(profile.notes, listener)
        if job.device == "cuda":
            profile = profiles.admitting_gpu(profile)
        grader = Grader(
            job.assignment,
            job.settings,
            RemoteSandbox(profile.name, job.device),
            namer=job.namer(),
        )
        return grader, LocalPool(job, request.jobs)
    inputs = kept_inputs.of_course(job.course, writes=request.writes)
    grader = Grader(job.assignment, job.settings, Sandbox(**job.boundary), kept=inputs, namer=job.namer())
    sandbox: Any = grader.boundary
    _notes(stack.enter_context(sandbox).notes, listener)
    return grader, Sequential(grader)


def _notes(notes: Sequence[str], listener: Listener) -> None:
    for note in notes:
        listener.note(note)


def _enter(book: GradeBook | None, done: Done, journal: Journal, listener: Listener) -> Failure | None:
    """Why the result does not stand in the grade book, which is said as well. Raises StorageError where none can."""
    if book is None or not done.enter:
        return None
    score = done.graded.score
    try:
        failure = _entered(book, done, journal, listener)
    except GraderError:
        raise
    except Exception as error:
        fence.halt(error)
        what = f"The result could not be entered into the grade book ({fence.reason(error)})."
        failure = Failure("grader", what, "Mend what it names, and run the command again.")
    if failure is None or score.error is not None:  # what made a submission ungraded is in the table already
        return None
    listener.failed(f"{one_name(score.student)}: {failure.what} {failure.remedy}")
    return failure


def _entered(book: GradeBook, done: Done, journal: Journal, listener: Listener) -> Failure | None:
    student = done.graded.score.student
    if journal.entered(done.graded, book.circumstances(student)) and book.knows(student):
        return None
    recorded = book.enter(student, done.graded)
    for reason in recorded.review:
        listener.review(f"Look again: {one_name(student)}, {reason}")
    if recorded.failure is None:
        journal.note_entered(done.graded, book.circumstances(student))
    return recorded.failure


def _with_failure(score: Score, failure: Failure | None) -> Score:
    """As the page of the class shows it: with why its points do not count yet."""
    return score if failure is None else replace(score, error=failure)


def _class_page(scores: Sequence[Score], course: Path, assignment: str, listener: Listener) -> Path | None:
    try:
        return write_class_page(_with_others(scores, course, assignment), course, assignment)
    except Exception as error:
        listener.failed(f"The page of the class could not be written ({fence.reason(error)}).")
        return None


def _with_others(scores: Sequence[Score], course: Path, assignment: str) -> list[Score]:
    """With the results of those who were not graded this time: the page of a class shows all of it."""
    others = written(course, assignment, but={score.student for score in scores})
    return sorted([*scores, *map(outline, others)], key=lambda score: score.student)


def _shared_weights(
    handed_in: Sequence[Submission], assignment: str, listener: Listener
) -> tuple[tuple[str, ...], ...]:
    """Weights that two students share are no verdict: a person looks."""
    name = f"{assignment}.safetensors"
    files = {each.student: each.path.parent / name for each in handed_in if each.path is not None}
    try:
        return tuple(tuple(group) for group in shared_weights.same_weights(files))
    except Exception as error:  # all is graded by now
        listener.failed(f"Trained weights could not be compared ({fence.reason(error)}).")
        return ()
