"""What is drawn once, by several processes, for all workers, is what each would draw for itself."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.classroom import preload
from autograder.classroom.executors import LocalPool, RemoteSandbox
from autograder.classroom.handed_in import Submission
from autograder.classroom.journal import Journal
from autograder.classroom.work import Job
from autograder.course import assignment
from autograder.course.settings import Settings
from autograder.runner import Grader

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "assignments" / "matching" / "matching.ipynb"

PREPARED = """
import pickle, sys
from pathlib import Path
from autograder.classroom import preload
from autograder.runner.plans import Planner
job, _ = pickle.loads(Path(sys.argv[1]).read_bytes())
found, own = preload.planner_of(job.digest), Planner(job.settings.seed, job.settings)
from autograder.laws import registry
checks = registry.load("matching", hidden=True)
pairs = [(found.plan(check).batch.encoded, own.plan(check).batch.encoded) for check in checks]
print(len(pairs), all(one.structure == other.structure and one.payload == other.payload for one, other in pairs))
"""


KEPT = """
import pickle, sys
from pathlib import Path
from autograder.classroom import preload
from autograder.runner import drawing
preload.draw_all = lambda checks, seed, processes: print(len(checks)) or drawing.draw_all(checks, seed, processes)
preload._prepare(Path(sys.argv[1]))
"""


def a_job(course: Path = Path()) -> Job:
    return Job(assignment.load(SOURCE, "matching"), Settings(), course=course)


def test_the_inputs_of_all_checks_are_there_and_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "job"
    file.write_bytes(pickle.dumps((a_job(tmp_path), 2)))
    environment = {**os.environ, preload.JOB: str(file), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PREPARED, str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    count, same = done.stdout.split() or [done.stderr, ""]
    assert int(count) > 20
    assert same == "True"


def test_a_course_draws_its_inputs_once(tmp_path: Path) -> None:
    file = tmp_path / "job"
    file.write_bytes(pickle.dumps((a_job(tmp_path), 2)))
    command = [sys.executable, "-c", KEPT, str(file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first, second = (
        int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    )
    assert first > 20
    assert second < first / 5  # those that draw nothing at all
    assert len(list((tmp_path / ".autograder" / "inputs").iterdir())) == first - second


def test_a_job_that_cannot_be_read_is_left_to_the_workers(tmp_path: Path) -> None:
    file = tmp_path / "job"
    file.write_bytes(b"no job")
    environment = {**os.environ, preload.JOB: str(file), "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-c",
        "from autograder.classroom import preload; print(preload.planner_of('x'))",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


def test_drawing_may_begin_before_the_crew_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(
        "multiprocessing.forkserver.ensure_running", lambda: begun.append(os.environ[preload.JOB])
    )
    executor = LocalPool(a_job(), 2)
    with executor.drawing():
        assert len(begun) == 1
        assert pickle.loads(Path(begun[0]).read_bytes())[1] == 2
        with executor.open():
            assert Path(begun[0]).exists()
        assert len(begun) == 1
        assert Path(begun[0]).exists()
    assert not Path(begun[0]).parent.exists()
    assert preload.JOB not in os.environ
    with executor.open():
        assert len(begun) == 2
    assert not Path(begun[1]).parent.exists()


def test_whoever_draws_leaves_ctrl_c_to_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def start() -> None:
        program = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
        seen.append(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout)

    monkeypatch.setattr("multiprocessing.forkserver.ensure_running", start)
    before = signal.getsignal(signal.SIGINT)
    with LocalPool(a_job(), 2).drawing():
        assert signal.getsignal(signal.SIGINT) == before
    assert seen == ["True\n"]


def test_it_begins_for_those_whom_the_journal_does_not_know(tmp_path: Path) -> None:
    job = a_job()
    grader = Grader(job.assignment, job.settings, RemoteSandbox("nowhere"))
    notebook = tmp_path / "submitted" / "ada" / "matching" / "matching.ipynb"
    ada, nobody = Submission("ada", notebook), Submission("bob", None, "there is no notebook")
    assert Journal(tmp_path, grader).lacks(ada)
    assert not Journal(tmp_path, grader).lacks(nobody)
    entry = tmp_path / ".autograder" / "journal" / "ada" / "matching.json.gz"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(b"")
    assert not Journal(tmp_path, grader).lacks(ada)
    assert Journal(tmp_path, grader, force=True).lacks(ada)
