"""Real processes, a real scheduler, real SIGKILLs: a lost worker is no verdict, and nobody's result is lost."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.executors import Cluster, _Pool
from autograder.classroom.run import TRIES, Stop, run
from autograder.classroom.work import Done, Task
from autograder.errors import SandboxUnavailable, UsageError
from tests.classroom import labour


def tasks(count: int, **manners: str) -> Iterator[Task]:
    for number in range(count):
        student = f"s{number}"
        yield Task(student, "made_up.ipynb", files={"made_up.ipynb": manners.get(student, "").encode()})


def give_up(task: Task, error: BaseException) -> Done:
    return Done(labour.result(task.student, type(error).__name__), {})


class Processes:
    """As `LocalPool`, with quick work."""

    carries = True

    def __init__(self, notes: Path, jobs: int) -> None:
        self.notes, self.room = notes, 2 * jobs
        context = multiprocessing.get_context("forkserver")
        self.make = lambda: ProcessPoolExecutor(jobs, context)

    @contextmanager
    def open(self) -> Iterator[Any]:
        pool = _Pool(self.make)
        yield lambda task: pool.submit(labour.grade, str(self.notes), task)
        pool.close()


def test_killed_workers_are_replaced_and_nobody_is_lost(tmp_path: Path) -> None:
    found = {
        done.graded.score.student: done.graded.score.sandbox
        for _, done in run(Processes(tmp_path, 2), tasks(12, s3="once", s7="always"), give_up)
    }
    assert sorted(found) == sorted(f"s{number}" for number in range(12))
    assert found["s7"] == "BrokenProcessPool"
    assert all(sandbox.isdigit() for student, sandbox in found.items() if student != "s7")
    tries = len((tmp_path / "s7").read_text().splitlines())
    assert (
        TRIES - 1 <= tries <= TRIES
    )  # once it may have been lost with somebody else's worker, before it began


class Counting:
    """Does all at once, in this process, and knows how much was under way."""

    carries, room = True, 3

    def __init__(self) -> None:
        self.begun: list[str] = []

    @contextmanager
    def open(self) -> Iterator[Any]:
        def submit(task: Task) -> Future[Done]:
            self.begun.append(task.student)
            future: Future[Done] = Future()
            if task.student == "s4":
                future.set_exception(SandboxUnavailable("No boundary.", remedy="Get one."))
            else:
                future.set_result(Done(labour.result(task.student), {}))
            return future

        yield submit


def test_no_more_is_under_way_than_there_is_room_for() -> None:
    executor = Counting()
    results = run(executor, tasks(4), give_up)
    next(results)
    assert executor.begun == ["s0", "s1", "s2"]


def test_stop_finishes_what_is_under_way() -> None:
    executor, stop = Counting(), Stop()
    results = run(executor, tasks(4), give_up, stop)
    next(results)
    stop.wanted = True
    assert len(list(results)) == 2
    assert executor.begun == ["s0", "s1", "s2"]


def test_a_machine_that_cannot_grade_ends_the_run() -> None:
    with pytest.raises(SandboxUnavailable, match="No boundary"):
        list(run(Counting(), tasks(6), give_up))


# --- a scheduler of dask's -------------------------------------------------------------------------------------------


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A real scheduler and three worker processes, each of its own, without a nanny that would bring them back."""
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root), "DASK_DISTRIBUTED__DASHBOARD__LINK": ""}
    python = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    file = tmp_path / "scheduler.json"
    quiet: dict[str, Any] = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    boss = subprocess.Popen(
        [*python, "--host=127.0.0.1", "--port=0", "--no-dashboard", f"--scheduler-file={file}"], **quiet
    )
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"--scheduler-file={file}"]
    options = [
        "--nthreads=1",
        "--no-nanny",
        "--no-dashboard",
        f"--local-directory={tmp_path}",
        "--death-timeout=60",
    ]
    workers = [subprocess.Popen([*worker, *options], **quiet) for _ in range(3)]
    try:
        end = time.monotonic() + 120
        while not file.exists() or not file.read_text():
            assert time.monotonic() < end, "the scheduler did not start"
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in (*workers, boss):
            process.kill()
            process.wait()


def test_a_cluster_of_which_one_worker_is_killed_midway(
    scheduler: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    address, workers = scheduler
    with Client(address, timeout=60) as client:
        client.wait_for_workers(3, timeout=120)
    monkeypatch.setattr("autograder.classroom.executors.work", labour.grade)
    notes = tmp_path / "notes"
    notes.mkdir()
    found: dict[str, str] = {}
    for _, done in run(Cluster(str(notes), address), tasks(60), give_up):  # type: ignore[arg-type]
        found[done.graded.score.student] = done.graded.score.sandbox
        if len(found) == 10:
            workers[0].send_signal(signal.SIGKILL)
    assert sorted(found) == sorted(f"s{number}" for number in range(60))
    assert all(sandbox.isdigit() for sandbox in found.values())
    assert workers[0].wait(10) == -signal.SIGKILL
    assert {str(each.pid) for each in workers[1:]} <= set(found.values())


def test_a_scheduler_that_is_not_there() -> None:
    executor = Cluster(None, "tcp://127.0.0.1:9", patience=1.0)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="does not answer"):
        list(run(executor, tasks(1), give_up))
