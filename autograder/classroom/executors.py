"""Who grades: this process, some processes of its own, a dask cluster. All are executors of concurrent.futures.

    with executor.open() as submit:         # submit(task) -> Future[Done]
        ...

`room` is how many tasks are under way at once: enough that nobody waits, few enough that memory stays flat.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as PoolExecutor
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, Protocol

from autograder.classroom import preload
from autograder.classroom.work import Done, Job, Task, perform, work
from autograder.errors import UsageError
from autograder.model import Limits
from autograder.runner import Grader
from autograder.sandbox.transport import Transport

Submit = Callable[[Task], "Future[Done]"]
AHEAD = 2  # tasks per worker


class Executor(Protocol):
    """`carries`: a task has to bring its files along."""

    room: int
    carries: bool

    def open(self) -> Any:
        """Return a context manager that hands out `submit(task)`; it gives a future of what comes of the task."""


@dataclass
class RemoteSandbox:
    """Stands for the sandboxes of other processes, where this one has none."""

    name: str
    device: str = "cpu"

    def session(self, limits: Limits) -> Transport:
        """Raise NotImplementedError: submissions are graded by the executor."""
        raise NotImplementedError("submissions are graded by the executor")


@dataclass
class Sequential:
    """This process itself, one submission after another."""

    grader: Grader
    room: int = 1
    carries: bool = False

    @contextmanager
    def open(self) -> Iterator[Submit]:
        """Hand out a `submit` that grades at once, in this process."""
        yield self._submit

    def _submit(self, task: Task) -> Future[Done]:
        future: Future[Done] = Future()
        future.set_result(perform(self.grader, task))
        return future


@dataclass
class LocalPool:
    """Processes on this machine, each with a sandbox of its own. One that is killed is replaced."""

    job: Job
    jobs: int
    carries: bool = False
    room: int = field(init=False)
    _home: Path | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.room = AHEAD * self.jobs

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Begin to draw the inputs, in the process that workers are forked from; `open` begins by itself.

        Until `open` is called there is time for other things.
        """
        home = Path(tempfile.mkdtemp(prefix="fewlabels-executor-"))
        home.chmod(0o755)  # the sandbox's user passes through it
        file = home / "job"
        file.touch(0o600)
        file.write_bytes(pickle.dumps((self.job, self.jobs)))
        try:
            with _environment(preload.JOB, str(file)):
                multiprocessing.get_context("forkserver").set_forkserver_preload([preload.__name__])
                with _without_ctrl_c():
                    forkserver.ensure_running()
                self._home = home
                yield
        finally:
            self._home = None
            shutil.rmtree(home, ignore_errors=True)  # also what killed workers left

    @contextmanager
    def open(self) -> Iterator[Submit]:
        """Hand out a `submit` that grades in a process of the pool; the processes end with the context."""
        with ExitStack() as stack:
            if self._home is None:
                stack.enter_context(self.drawing())
            context = multiprocessing.get_context("forkserver")
            home = str(self._home)
            pool = _Pool(lambda: ProcessPoolExecutor(self.jobs, context, _begin, (home,)))
            stack.callback(pool.close)
            yield lambda task: pool.submit(work, self.job, task)


def _begin(home: str) -> None:
    """First thing in a worker. Ctrl-C is the supervisor's; scratch lies where the supervisor clears it away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = home


class _Pool:
    """An executor that is made anew when it broke: what was under way then fails, and is asked for again."""

    def __init__(self, make: Callable[[], PoolExecutor]) -> None:
        self._make = make
        self._executor: PoolExecutor | None = None

    def submit(self, function: Callable[..., Done], *arguments: Any) -> Future[Done]:
        if self._executor is None or getattr(self._executor, "_broken", False):
            self.close()
            self._executor = self._make()
        return self._executor.submit(function, *arguments)

    def close(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """A process that is started inside leaves Ctrl-C to this one, from its first import on."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, which alone may say so
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


@dataclass
class Cluster:
    """Workers of a dask scheduler. `shared`: they see the course directory under the same path."""

    job: Job
    address: str
    shared: bool = False
    patience: float = 30.0  # seconds for the scheduler to answer
    room: int = 1
    carries: bool = field(init=False)

    def __post_init__(self) -> None:
        self.carries = not self.shared

    @contextmanager
    def open(self) -> Iterator[Submit]:
        """Hand out a `submit` that grades on a worker of the cluster.

        Raises UsageError where dask.distributed is not installed, or the scheduler does not answer.
        """
        try:
            from distributed import Client
        except ImportError:
            raise UsageError(
                "dask.distributed is not installed.", remedy='Install it with pip install "fewlabels[staff]".'
            ) from None
        try:
            client = Client(self.address, timeout=self.patience)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"The scheduler {self.address} does not answer ({error}).",
                remedy="Start it (dask scheduler), and name its address as it prints it.",
            ) from None
        with client:
            self.room = AHEAD * max(1, sum(client.ncores().values()))
            executor = client.get_executor(pure=False)
            yield lambda task: executor.submit(work, self.job, task)
