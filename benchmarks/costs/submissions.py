"""What a process and all that it started have used: CPU seconds, and the memory of the largest moment."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 1.0  # a look at ten processes takes 70 ms, which whoever is watched has to do without


@dataclass(frozen=True)
class Look:
    """The first process at one moment: seconds since it began, resident MiB, open descriptors; and its descendants."""

    seconds: float
    mib: float
    descriptors: int
    processes: int


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU of the whole family, MiB at its largest moment (together, and of the first process alone)."""

    wall: float
    cpu: float
    peak_mib: float
    supervisor_mib: float
    status: int
    left_over: int  # processes that outlived the first one by more than a moment
    looks: tuple[Look, ...] = ()


def family(command: Sequence[str], env: Mapping[str, str], log: Path, folder: Path | None = None) -> Spent:
    """Runs a command (in `folder`) to its end, and waits for all its descendants, however they were started."""
    # orphans come to us, and their times with them
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=dict(env), stdout=out, stderr=out, cwd=folder)
        watch = _Memory(process.pid)
        status = process.wait()
        wall = time.perf_counter() - start
        left_over = _orphans()
        watch.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu, watch.together, watch.first, status, left_over, tuple(watch.looks))


def _orphans(patience: float = 20.0) -> int:
    """Waits for the children that are left; how many were still there after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        if not found:
            time.sleep(0.05)
    return len(_descendants(os.getpid()))


class _Memory:
    """Looks now and then at the memory of a process and its descendants; pages that they share count once."""

    def __init__(self, pid: int) -> None:
        self.together = self.first = 0.0
        self.looks: list[Look] = []
        self._pid, self._ended = pid, threading.Event()
        self._begun = time.perf_counter()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            family = _descendants(self._pid)
            self.together = max(self.together, sum(map(_pss, [self._pid, *family])))
            self.first = max(self.first, _field(self._pid, "status", "VmHWM:"))
            with suppress(OSError):
                descriptors = len(list(Path(f"/proc/{self._pid}/fd").iterdir()))
                mib = _field(self._pid, "status", "VmRSS:")
                self.looks.append(Look(time.perf_counter() - self._begun, mib, descriptors, len(family)))

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    pending = [pid]
    while pending:
        with suppress(OSError):
            for task in Path(f"/proc/{pending.pop()}/task").iterdir():
                children = [int(each) for each in (task / "children").read_text().split()]
                found.extend(children)
                pending.extend(children)
    return found


def _pss(pid: int) -> float:
    """Its own pages and its share of those that it has in common with others, in MiB; 0 where nobody may look."""
    return _field(pid, "smaps_rollup", "Pss:") or _field(pid, "status", "VmRSS:")


def _field(pid: int, file: str, name: str) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024
    return 0.0
