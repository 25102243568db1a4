"""The supervisor's handle on one child: asks it, waits no longer than agreed, drains what it prints, ends it."""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import SandboxBroken
from autograder.model import Limits
from autograder.sandbox import frames
from autograder.sandbox.frames import Frame, Kind
from autograder.sandbox.spawner import Ended, Spawner, ZygoteGone
from autograder.sandbox.wire import Encoded, WireError, WireTimeout

SPAWN_SECONDS = 60.0
END_SECONDS = 60.0
SPARE_CPU_SECONDS = 10  # RLIMIT_CPU is the backstop of the backstop
THREADS_PER_THREAD = 16  # RLIMIT_NPROC counts all children together; the zygote looks at each
LEAST_NAP = 0.01
LEAST_PATIENCE = 1.0
OUTPUT_FLOOD = 64 << 20
ANSWERS_CAP = 512 << 20  # of one request: what a child can make the supervisor hold
_CORES = os.cpu_count() or 1


@dataclass
class Account:
    """What a submission may still use for one purpose, and where its children's seconds are written down."""

    cpu_seconds: float
    wall_seconds: float

    @property
    def empty(self) -> bool:
        return self.cpu_seconds <= 0 or self.wall_seconds <= 0


class Child:
    """A fresh, locked-down child. Raises `ZygoteGone`, or `SandboxBroken` when it could not lock itself down."""

    def __init__(self, spawner: Spawner, limits: Limits, data: Sequence[Any] = ()) -> None:
        self._spawner = spawner
        self._limits = limits
        self._cpu_seen = 0.0
        self._sock, theirs = socket.socketpair()
        self._sock.setblocking(False)
        self._receiver = frames.Receiver(self._sock)
        self._output, their_output = os.pipe()
        os.set_blocking(self._output, False)
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self.printed = bytearray()
        self._printing = True
        self._flood = 0
        self._cpu_end = self._wall_end = math.inf
        self._account: Account | None = None
        self._charged = 0.0
        self.spent = False  # whether what it was late with had used up its CPU time, and not the patience of the wall clock
        self._pidfd = -1
        try:
            wishes = {**_bounds(limits, spawner), "data": data}
            self._birth = spawner.spawn(wishes, theirs.fileno(), their_output)
            self._pidfd = self._birth.spawned.result(SPAWN_SECONDS)
            self._pid = _pid_of(self._pidfd)
        except TimeoutError:
            self._close_all()
            spawner.kill()
            raise ZygoteGone from None
        except BaseException:
            self._close_all()
            raise
        finally:
            theirs.close()
            os.close(their_output)
        self._await_ready()

    def _await_ready(self) -> None:
        try:
            soon = frames.until(self._sock, time.monotonic() + SPAWN_SECONDS)
            word = self._receiver.receive(soon, answer=True)
        except WireError as error:
            self.end()
            raise ZygoteGone(str(error)) from None
        if word.kind != Kind.READY:
            self.end()
            raise SandboxBroken(
                f"A child could not be locked down: {word.value}.",
                remedy="Run `autograder doctor`, which says what this machine lacks.",
            )
        self._charged = self.cpu_seconds  # being born is on the house

    def furnish(self, files: Encoded) -> None:
        """Write `files` ([path, bytes] of each), by its own hand, into its working directory, before any cell runs, at nobody's expense.

        They go through its own socket, like cells: the zygote never sees them. Raises as being born does.
        """
        token = secrets.token_bytes(frames.TOKEN_BYTES)
        try:
            soon = frames.until(self._sock, time.monotonic() + SPAWN_SECONDS)
            frames.send(self._sock, Kind.WRITE_FILES, token, 0, files, soon)
            word = self._receiver.receive(soon, answer=True)
        except WireError as error:
            self.end()
            raise ZygoteGone(str(error)) from None
        if (word.kind, word.token, word.value) != (Kind.FILES_WRITTEN, token, None):
            self.end()
            raise SandboxBroken(
                f"The files beside the notebook could not be written ({word.value}).",
                remedy="Run `autograder doctor`, which says what this machine lacks.",
            )
        self._charged = self.cpu_seconds

    # --- asking ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def timed(self, seconds: float, account: Account) -> Iterator[None]:
        """Bound the waiting inside to `seconds` of CPU time, the limits' patience, and what is left on `account`.

        Waiting beyond that raises `WireTimeout`. Seconds and patience count anew from each frame that had to be waited for.
        """
        self._account = account
        self._seconds = seconds
        self._begun = time.monotonic()
        self._count_anew()
        try:
            yield
        finally:
            self._charge(self.cpu_seconds)
            account.wall_seconds -= time.monotonic() - self._begun

    def _count_anew(self) -> None:
        assert self._account is not None
        patience = max(LEAST_PATIENCE, self._seconds * self._limits.patience)
        cpu, wall = self.cpu_seconds, time.monotonic()
        self._charge(cpu)
        self._account.wall_seconds -= wall - self._begun
        self._begun = wall
        self._cpu_end = cpu + min(self._seconds, self._account.cpu_seconds)
        self._wall_end = wall + min(patience, self._account.wall_seconds)

    def _charge(self, cpu_seconds: float) -> None:
        """Write down what was used since the last time, whether it was waited for or not."""
        if self._account is not None and cpu_seconds > self._charged:
            self._account.cpu_seconds -= cpu_seconds - self._charged
            self._charged = cpu_seconds

    def send(self, kind: Kind, token: bytes, encoded: Encoded) -> None:
        """Send a frame of this `kind`, with the `token` that answers must carry, and the value `encoded`."""
        self._answered = 0
        frames.send(self._sock, kind, token, 0, encoded, self._wait)

    def receive(self, kind: Kind, token: bytes, index: int) -> Any:
        """Return the value of the next answer. Raises `WireError` for a frame that answers another question.

        kind, token   those of the request
        index         which of its answers is awaited
        """
        waited = self._receiver.waited
        frame: Frame = self._receiver.receive(self._wait, answer=True)
        if waited != self._receiver.waited:
            self._count_anew()
        if (frame.kind, frame.token, frame.index) != (kind, token, index):
            raise WireError("a frame that answers no question")
        self._answered += frame.size
        if self._answered > ANSWERS_CAP:
            raise WireError(f"answers of more than {ANSWERS_CAP >> 20} MiB together")
        return frame.value

    def _wait(self, event: int) -> None:
        """Until the socket is ready; meanwhile what the child prints is taken away."""
        self._poll.register(self._sock, event)
        while True:
            for descriptor, _ in self._poll.poll(self._nap() * 1000):
                if descriptor == self._sock.fileno():
                    return
                self._drain()

    def _nap(self) -> float:
        """How long nothing can have run out. CPU time passes at most as fast as all cores together."""
        cpu, wall = self._cpu_end - self.cpu_seconds, self._wall_end - time.monotonic()
        if cpu <= 0 or wall <= 0:
            self.spent = cpu <= 0
            raise WireTimeout("no answer in time")
        return max(LEAST_NAP, min(cpu / _CORES, wall))

    def _drain(self) -> None:
        """Take what lies in the pipe, keep the beginning, and give up on a child that floods it."""
        while self._printing and self._flood <= OUTPUT_FLOOD:
            try:
                found = os.read(self._output, 1 << 16)
            except BlockingIOError:
                return
            if not found:
                self._poll.unregister(self._output)  # closed on the other side: it would be ready for ever
                self._printing = False
            self._flood += len(found)
            self.printed += found[: max(0, self._limits.output_bytes - len(self.printed))]
        if self._flood > OUTPUT_FLOOD:
            raise WireError("a flood of output")

    def take_printed(self) -> str:
        """Return what was written to descriptors 1 and 2 since the last time: native code's output, a fatal error's words."""
        self._drain()
        text = self.printed.decode("utf-8", "replace")
        self.printed.clear()
        return text

    # --- its life ----------------------------------------------------------------------------------------------------

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all its threads so far; what was last known once it is gone."""
        with contextlib.suppress(OSError):
            self._cpu_seen = max(self._cpu_seen, time.clock_gettime(_clock_of(self._pid)))
        return self._cpu_seen

    @property
    def rss_bytes(self) -> int:
        """The largest resident size so far; 0 once it is gone."""
        with contextlib.suppress(OSError), open(f"/proc/{self._pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0

    def end(self) -> Ended:
        """Kill the child, if it lives, and return how it ended. Raises `ZygoteGone` when its zygote did not live to tell."""
        try:
            if self._pidfd >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            ended = self._birth.ended.result(END_SECONDS)
        except TimeoutError:
            self._spawner.kill()  # a zygote that does not bury its dead serves nobody any more
            raise ZygoteGone from None
        finally:
            with contextlib.suppress(WireError):
                self._drain()
            self._close_all()
        self._charge(ended.cpu_seconds)
        return ended

    def died(self, seconds: float = 0.5) -> bool:
        """Ask whether the child ended by itself, or does so within `seconds`."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _close_all(self) -> None:
        self._sock.close()
        os.close(self._output)
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1


def _bounds(limits: Limits, spawner: Spawner) -> dict[str, Any]:
    processes = THREADS_PER_THREAD * limits.threads
    if spawner.profile.bubblewrap is None and spawner.profile.uid is None:
        processes += _threads_of(os.getuid())
    return {
        "memory_bytes": None if spawner.profile.devices else limits.memory_bytes,
        "file_bytes": limits.file_bytes,
        "scratch_bytes": limits.scratch_bytes,
        "threads": limits.threads,
        "cpu_seconds": math.ceil(limits.submission_seconds) + SPARE_CPU_SECONDS,
        "processes": processes,
    }


def _threads_of(uid: int) -> int:
    """How many threads a user runs on this machine."""
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == uid:
                    count += len(os.listdir(f"{entry.path}/task"))
    return count


def _pid_of(pidfd: int) -> int:
    """The number, in this process's namespace, of the process behind `pidfd`."""
    with open(f"/proc/self/fdinfo/{pidfd}") as facts:
        pid = next(int(line.split()[1]) for line in facts if line.startswith("Pid:"))
    if pid <= 0:
        raise ZygoteGone("the child ended before it was ready")
    return pid


def _clock_of(pid: int) -> int:
    """The id of a process's CPU clock, as clock_getcpuclockid(3) forms it."""
    return (~pid << 3) | 2
