"""Trials over processes: each has a sandbox of its own, and draws the inputs of a group of trials once."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import traceback
from collections.abc import Iterator, Sequence
from itertools import groupby
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

from autograder.certify.runs import Look, Trial, look
from autograder.course.settings import Settings
from autograder.errors import CourseError, FewlabelsError, GraderError

GROUP = 60  # trials that share one drawing; more of them would leave a core idle at the end
Group = Sequence[tuple[int, Trial]]


def run(
    course: Path, assignment: str, trials: Sequence[Trial], settings: Settings, jobs: int
) -> Iterator[tuple[Trial, Look]]:
    """Run the trials in `jobs` processes; yield each with what came of it, as it is done.

    course, assignment   whose checks they are
    settings             the course's

    Raises what a process could not get over, as CourseError or GraderError.
    """
    if not trials:
        return
    context = multiprocessing.get_context("spawn")
    tasks: Any = context.Queue()
    results: Any = context.Queue()
    groups = _groups(trials)
    for group in groups:
        tasks.put(group)
    processes: list[BaseProcess] = []
    try:
        for _ in range(min(jobs, len(groups))):
            tasks.put(None)
            process = context.Process(
                target=_work, args=(course, assignment, settings, tasks, results), daemon=False
            )
            process.start()
            processes.append(process)
        for _ in trials:
            number, done = _next(results, processes)
            yield trials[number], done
        for each in processes:
            each.join(10)
    finally:
        for each in processes:
            if each.is_alive():
                each.terminate()
        for each in processes:
            each.join(10)
            if each.is_alive():
                each.kill()
        tasks.cancel_join_thread()


def _groups(trials: Sequence[Trial]) -> list[Group]:
    """Trials of one exercise under one seed side by side, the longest groups first."""
    numbered = sorted(enumerate(trials), key=lambda pair: (pair[1].seed, pair[1].exercise, pair[0]))
    groups: list[Group] = []
    for _, same in groupby(numbered, key=lambda pair: (pair[1].seed, pair[1].exercise)):
        mine = list(same)
        groups += [mine[i : i + GROUP] for i in range(0, len(mine), GROUP)]
    return sorted(groups, key=len, reverse=True)


def _next(results: Any, processes: Sequence[BaseProcess]) -> tuple[int, Look]:
    while True:
        try:
            found = results.get(timeout=1.0)
        except queue.Empty:
            if not any(process.is_alive() for process in processes):
                raise GraderError(
                    "All processes of the certificate have ended before their work was done.",
                    remedy="Look whether this machine is out of memory, and start again: what is done is kept.",
                ) from None
            continue
        if isinstance(found, dict):
            raise (CourseError if found["blame"] == "course" else GraderError)(
                found["what"], remedy=found["remedy"]
            )
        return found  # type: ignore[no-any-return]


def _work(course: Path, assignment: str, settings: Settings, tasks: Any, results: Any) -> None:
    """The life of a process: groups until there is none left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    signal.signal(signal.SIGTERM, _leave)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        _groups_until_done(course, assignment, settings, tasks, results)
    except FewlabelsError as error:
        results.put({"blame": error.blame, "what": error.what, "remedy": error.remedy})
    except Exception as error:
        traceback.print_exc()
        what = f"A process of the certificate failed ({type(error).__name__}: {error})."
        results.put({"blame": "grader", "what": what, "remedy": "Please report this as a bug of fewlabels."})


def _leave(*_: object) -> NoReturn:
    raise SystemExit(1)  # so that the sandbox is closed on the way out


def _groups_until_done(course: Path, assignment: str, settings: Settings, tasks: Any, results: Any) -> None:
    import torch

    from autograder.laws import registry
    from autograder.runner import kept_inputs
    from autograder.runner.plans import Planner
    from autograder.sandbox.jailed import Sandbox

    torch.set_num_threads(1)
    registry.use(course)
    checks = registry.load(assignment, hidden=registry.hidden_installed())
    kept = kept_inputs.of_course(course)
    planner = Planner(-1, settings, kept)
    parent = multiprocessing.parent_process()
    with Sandbox(simulate_gpu=any(check.gpu for check in checks)) as sandbox:
        while (group := tasks.get()) is not None:
            for number, trial in group:
                if parent is not None and not parent.is_alive():
                    return  # killed without a word: nobody waits for results
                if planner.seed != trial.seed:
                    planner = Planner(trial.seed, settings, kept)
                session = sandbox.session(settings.limits)
                try:
                    results.put((number, look(trial, checks, planner, session)))
                finally:
                    session.close()
