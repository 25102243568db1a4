"""One submission as a task that may travel, and what any process does with it.

A task names the submission's folder (files are shared) or carries its files. The job says against what it is graded; a
process keeps one sandbox and the drawn inputs of the job that it had last.
"""

from __future__ import annotations

import atexit
import hashlib
import pickle
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from autograder.classroom import fence, kept
from autograder.classroom.writing import render
from autograder.course.assignment import Assignment
from autograder.course.settings import Settings
from autograder.feedback.audience import Audience
from autograder.feedback.json import from_json, to_json
from autograder.laws import registry
from autograder.model import Blame, Failure, Graded
from autograder.runner import Grader, Known, kept_inputs
from autograder.runner.naming import KnownPrograms, Namer
from autograder.submission.beside import Beside


@dataclass(frozen=True)
class Job:
    """Against what submissions are graded: all of it plain data, which any process can read."""

    assignment: Assignment
    settings: Settings
    unsandboxed: bool = False
    device: str = "cpu"
    course: Path = Path()  # for a course's own checks
    programs: KnownPrograms | None = None  # right ones and mistakes, by whose answers a mistake is named

    @cached_property
    def digest(self) -> str:
        parts = (
            self.assignment,
            self.settings,
            self.unsandboxed,
            self.device,
            str(self.course),
            self.programs,
        )
        return hashlib.sha256(pickle.dumps(parts)).hexdigest()

    def namer(self) -> Namer | None:
        """Return what knows those programs; None where there are none."""
        if self.programs is None or not self.programs.mistakes:
            return None
        there = self.course.is_dir()  # a worker elsewhere asks the programs once more
        return Namer(self.programs, kept.answers(self.course, self.assignment.name) if there else None)

    @property
    def boundary(self) -> dict[str, Any]:
        """What a sandbox for it is made with; a GPU is simulated only where a law of the assignment asks for one."""
        asks = registry.needs_gpu(self.assignment.name)
        return {"unsandboxed": self.unsandboxed, "device": self.device, "simulate_gpu": asks}


@dataclass(frozen=True)
class Task:
    """One submission. `notebook` is None where none was handed in; `why` says what is there instead, and `blame` whose fault
    that is.

    folder  where the submission lies, for a worker that shares the file system
    files   name -> bytes of notebook and weights, for one that does not; `beside`: what else lies there
    known   what need not be found again
    """

    student: str
    notebook: str | None
    why: str = ""
    blame: Blame = "student"
    folder: Path | None = None
    files: Mapping[str, bytes] | None = None
    beside: Beside | None = None
    known: Known | None = None


@dataclass(frozen=True)
class Done:
    """The result, and its pages by audience.

    enter  whether it belongs into a grade book; not so where its files there could be another student's
    """

    graded: Graded
    pages: Mapping[Audience, str]
    enter: bool = True


def perform(grader: Grader, task: Task) -> Done:
    """Grade one submission, and render its pages; never raises for its sake.

    Raises StorageError where this machine's disk is full.
    """
    try:
        graded = settled(_graded(grader, task))
        return Done(graded, render(graded.score, grader.settings.reveal))
    except Exception as error:
        graded = fence.unfinished(grader, task.student, error)
    with suppress(Exception):  # where the pages themselves are what fails, the page of the class says so
        return Done(graded, render(graded.score, grader.settings.reveal))
    return Done(graded, {})


def settled(graded: Graded) -> Graded:
    """Return the result as it comes back from a file, so that what is graded now equals what was graded before."""
    return replace(graded, score=from_json(to_json(graded.score)))


def _graded(grader: Grader, task: Task) -> Graded:
    if task.notebook is None:
        name = f"{grader.assignment.name}.ipynb"
        remedy = f"Submit the notebook as {name}."
        if task.blame == "grader":
            remedy = "See that whoever grades may read it, and run the command again."
        return grader.ungraded(
            task.student, Failure(task.blame, f"In the submission {task.why}.", remedy, file=name)
        )
    if task.folder is not None:
        return grader.grade(task.folder / task.notebook, task.student, known=task.known)
    with tempfile.TemporaryDirectory(prefix="fewlabels-submission-") as folder:
        for name, content in (task.files or {}).items():
            (Path(folder) / Path(name).name).write_bytes(content)
        path = Path(folder) / task.notebook
        return grader.grade(path, task.student, known=task.known, files=task.beside or Beside())


# --- in a process that works for others ------------------------------------------------------------------------------


@dataclass
class _Bench:
    """What this process works with. One submission at a time: two never share a sandbox at once."""

    lock: threading.Lock
    job: str = ""
    grader: Grader | None = None
    sandbox: ExitStack | None = None

    def clear(self) -> None:
        self.job, self.grader = "", None
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None


_bench = _Bench(threading.Lock())


def work(job: Job, task: Task) -> Done:
    """Do a task in a worker process. Raises GraderError where its machine cannot grade."""
    with _bench.lock:
        return perform(_grader(job), task)


def _grader(job: Job) -> Grader:
    from autograder.classroom import preload
    from autograder.sandbox.jailed import Sandbox

    if _bench.grader is None or _bench.job != job.digest:
        _bench.clear()
        _bench.sandbox = ExitStack()
        registry.use(job.course)
        sandbox = _bench.sandbox.enter_context(Sandbox(**job.boundary))
        Finalize(None, _bench.clear, exitpriority=10)  # processes of a pool end without atexit
        atexit.register(_bench.clear)
        _bench.grader = Grader(
            job.assignment,
            job.settings,
            sandbox,
            planner=preload.planner_of(job.digest),
            kept=kept_inputs.of_course(job.course, writes=False),  # another machine may have no such folder
            namer=job.namer(),
        )
        _bench.job = job.digest
    return _bench.grader
