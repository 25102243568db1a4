"""Tasks to the executor, results from it as they come, until all is done or somebody says stop."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from pathlib import Path

from autograder.classroom import fence, kept
from autograder.classroom.executors import Executor, Sequential
from autograder.classroom.handed_in import Submission
from autograder.classroom.journal import Journal
from autograder.classroom.work import Done, Task, perform
from autograder.classroom.writing import render, write, write_pages, write_result
from autograder.errors import FewlabelsError
from autograder.feedback.sanitise import one_name
from autograder.model import Failure, Graded
from autograder.runner import Grader
from autograder.submission import beside

TRIES = 3  # how often a submission's worker may be lost before the grader is said to have failed
LOOK_SECONDS = 0.5


class Stop:
    """Says whether somebody wants to stop: what is under way is finished, nothing new is begun."""

    def __init__(self) -> None:
        self.wanted = False


def run(
    executor: Executor,
    tasks: Iterable[Task],
    give_up: Callable[[Task, BaseException], Done],
    stop: Stop | None = None,
) -> Iterator[tuple[Task, Done]]:
    """Run `tasks`, and yield what comes of them, in the order in which it comes.

    executor   who does them
    give_up    says what comes of a task whose workers are lost again and again
    stop       says when nothing new is to be begun

    A worker that is lost is no verdict: its task is given to another one. Raises what a worker raised that cannot grade
    at all.
    """
    stop = stop or Stop()
    with executor.open() as submit:
        waiting, again = iter(tasks), deque[Task]()
        under_way: dict[Future[Done], Task] = {}
        lost: Counter[str] = Counter()
        while True:
            while not stop.wanted and len(under_way) < executor.room:
                if again and under_way:  # by itself: then it is known whose worker was lost
                    break
                task = again.popleft() if again else next(waiting, None)
                if task is None:
                    break
                try:
                    under_way[submit(task)] = task
                except BrokenExecutor:  # just now; the next one is made anew
                    again.append(task)
            if not under_way:
                return
            ready, _ = wait(under_way, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in ready:
                task = under_way.pop(future)
                error = future.exception()
                if error is None:
                    yield task, future.result()
                    continue
                if isinstance(error, FewlabelsError):
                    raise error
                lost[task.student] += 1
                if lost[task.student] < TRIES:
                    again.append(task)
                else:
                    yield task, give_up(task, error)


def grade(
    grader: Grader,
    handed_in: Sequence[Submission],
    course: Path,
    progress: Callable[[Graded], None] | None = None,
    *,
    executor: Executor | None = None,
    journal: Journal | None = None,
    stop: Stop | None = None,
) -> Iterator[Graded]:
    """Grade what was `handed_in`, and yield each result once it is written: what is there after Ctrl-C is whole.

    grader     grades the assignment
    course     where results and pages are written
    progress   is told each result
    executor   who does the work; by default this process
    journal    where results of earlier gradings lie; what has not changed comes from there
    stop       says when nothing new is to be begun
    """
    for done in results(grader, handed_in, course, executor=executor, journal=journal, stop=stop):
        if progress is not None:
            progress(done.graded)
        yield done.graded


def results(
    grader: Grader,
    handed_in: Sequence[Submission],
    course: Path,
    *,
    executor: Executor | None = None,
    journal: Journal | None = None,
    stop: Stop | None = None,
) -> Iterator[Done]:
    """Yield the results as `grade` does, with their pages, once both are written.

    grader, handed_in, course, executor, journal, stop   as for `grade`

    What cannot be written of one submission makes that one wait;
    StorageError where nothing more can be written.
    """
    executor = executor or Sequential(grader)
    changed = []
    for each in handed_in:
        if each.twins and (graded := _taken_for_another(grader, each, course)) is not None:
            yield Done(graded, {}, enter=False)
            continue
        before = None if journal is None else journal.whole(each)
        if before is None:
            changed.append(each)
        else:
            yield Done(before, {})

    def give_up(task: Task, error: BaseException) -> Done:
        what = f"The process that graded it was lost {TRIES} times ({type(error).__name__})."
        remedy = "Look whether a machine is out of memory; grade this submission by itself."
        graded = grader.ungraded(task.student, Failure("grader", what, remedy, file=task.notebook))
        return Done(graded, render(graded.score, grader.settings.reveal))

    if not changed:
        return
    for _, done in run(executor, tasks(changed, executor, journal), give_up, stop):
        yield _kept(done, grader, course, journal)


def _kept(done: Done, grader: Grader, course: Path, journal: Journal | None) -> Done:
    """Write all that is kept of a submission. What cannot be written waits for a person; StorageError where nothing can."""
    score = done.graded.score
    try:
        write_pages(done.pages, score.student, course, score.assignment)
        write(done.graded, course)
        if journal is not None:
            journal.keep(done.graded)  # last: what stands there need not be written again
        return done
    except Exception as error:
        graded = fence.unfinished(grader, score.student, error)
    for step in (
        lambda: write_result(graded.score, course),
        lambda: write_pages(
            render(graded.score, grader.settings.reveal), score.student, course, score.assignment
        ),
    ):  # as far as it goes: an earlier result would say that all is well
        try:
            step()
        except Exception as error:
            fence.halt(error)
    return Done(graded, {})


def _taken_for_another(grader: Grader, submission: Submission, course: Path) -> Graded | None:
    """Why nothing can be kept of a submission whose files would be another student's; None where they are told apart."""
    for other in submission.twins:
        try:
            if kept.told_apart(course, submission.student, other):
                continue
            what = f"This file system takes its files for those of {one_name(other)}: nothing was graded or written."
        except OSError as error:
            fence.halt(error)
            what = f"Its files cannot be told from those of {one_name(other)} ({fence.reason(error)})."
        remedy = (
            "Give one of the two folders another name, or move the course to a file system that minds case."
        )
        return grader.ungraded(submission.student, Failure("grader", what, remedy))
    return None


def without_writing(grader: Grader, handed_in: Sequence[Submission]) -> Iterator[Graded]:
    """Yield the same results in the same order, for `--dry-run`: nothing is written."""
    for task in tasks(handed_in, Sequential(grader)):
        yield perform(grader, task).graded


def tasks(
    handed_in: Iterable[Submission], executor: Executor, journal: Journal | None = None
) -> Iterator[Task]:
    """Yield a task for each submission that was `handed_in`, one when it is asked for.

    executor   who will do them: where it needs the files, tasks carry them
    journal    where results of earlier gradings lie
    """
    for each in handed_in:
        if each.path is None:
            yield Task(each.student, None, each.why, each.blame)
            continue
        known = None if journal is None else journal.known(each)
        if executor.carries:
            files, others = dict(_files(each.path)), beside.read(each.path, _weights(each.path).name)
            yield Task(each.student, each.path.name, files=files, beside=others, known=known)
        else:
            yield Task(each.student, each.path.name, folder=each.path.parent, known=known)


def _weights(notebook: Path) -> Path:
    return notebook.parent / f"{notebook.parent.name}.safetensors"


def _files(notebook: Path) -> Iterator[tuple[str, bytes]]:
    """The notebook, and the weights beside it; what cannot be read is not there."""
    from autograder.submission import notebook as notebooks
    from autograder.submission import trained_weights

    for path, cap in ((notebook, notebooks.FILE_CAP), (_weights(notebook), trained_weights.SIZE_CAP)):
        with suppress(OSError):
            if path.is_file():
                with path.open("rb") as file:
                    yield path.name, file.read(cap + 1)
