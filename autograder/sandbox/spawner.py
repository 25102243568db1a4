"""The supervisor's handle on a zygote: starts it in its jail, asks it for children, learns of their ends.

One thread owns the zygote from its first to its last day. Linux ties "die with your parent" to the thread that
started a process, so a zygote started from a short-lived worker thread would die with that thread.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import weakref
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.environment import JAIL
from autograder.errors import SandboxBroken
from autograder.sandbox import student_package
from autograder.sandbox.jail import bubblewrap, gpu
from autograder.sandbox.jail.profile import Profile
from autograder.sandbox.jail.view import View
from autograder.sandbox.zygote import MESSAGE_BYTES

START_SECONDS = 120.0
GRACE_SECONDS = 2.0
SCRATCH_SHARES = 16  # how many children's scratch the jail's tmpfs can hold

_BOOT = "import sys; sys.path[0] = sys.argv[1]; from autograder.sandbox.zygote import main; main(int(sys.argv[2]))"


class ZygoteGone(Exception):
    """The zygote ended, and its children with it: nobody's notebook is to blame for that by itself."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (negative: the signal), what it used, and why the zygote killed it, if it did."""

    status: int
    cpu_seconds: float
    rss_bytes: int
    killed: str | None


@dataclass
class Birth:
    """A child that was asked for. `spawned` gives its pidfd; both futures raise `ZygoteGone`."""

    number: int
    spawned: Future[int] = field(default_factory=Future)
    ended: Future[Ended] = field(default_factory=Future)


class Spawner:
    """Starts a zygote on construction. `facts` is what it said about itself when it was ready."""

    def __init__(
        self, profile: Profile, view: View, scratch_bytes: int, *, simulate_gpu: bool = True
    ) -> None:
        self.profile = profile
        self._simulate_gpu = simulate_gpu
        self._view = view
        self._scratch_bytes = SCRATCH_SHARES * scratch_bytes
        self._home = Path(tempfile.mkdtemp(prefix="fewlabels-"))
        self._home.chmod(0o755)
        self._cut = str(student_package.unpack(self._home / "cut"))
        if simulate_gpu:
            _provide_rules(Path(self._cut))
        self._orders: queue.SimpleQueue[Future[dict[str, Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._births: dict[int, Birth] = {}
        self._number = 0
        self._control: socket.socket | None = None
        self._starting: socket.socket | None = None  # the same before the zygote's first word
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._tidy = weakref.finalize(self, _clear, self._home)  # also at exit
        self.facts: dict[str, Any] = {}
        self._owner = threading.Thread(target=self._own, name="fewlabels-zygote", daemon=True)
        self._owner.start()

    @property
    def alive(self) -> bool:
        return self._control is not None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the zygote and wait until it is ready. Raises `SandboxBroken` with what it said instead."""
        if self._closed:
            raise SandboxBroken("The sandbox is closed.", remedy="Open a new one.")
        ready: Future[dict[str, Any]] = Future()
        self._orders.put(ready)
        try:
            self.facts = ready.result(2 * START_SECONDS)
        except TimeoutError:
            self.kill()
            raise SandboxBroken(
                f"The sandbox did not start within {2 * START_SECONDS:g} seconds.",
                remedy="Try again when this machine is less busy.",
            ) from None

    def spawn(self, bounds: dict[str, Any], channel: int, output: int) -> Birth:
        """Ask for a child with the descriptors `channel` and `output`, and these `bounds`. Raises `ZygoteGone`."""
        with self._lock:
            if self._control is None:
                raise ZygoteGone
            self._number += 1
            birth = Birth(self._number)
            self._births[birth.number] = birth
            try:
                socket.send_fds(
                    self._control, [json.dumps({"spawn": birth.number, **bounds}).encode()], [channel, output]
                )
            except OSError:
                del self._births[birth.number]
                raise ZygoteGone from None
        return birth

    def close(self) -> None:
        """End the zygote, its children, and the thread."""
        self._closed = True
        self._orders.put(None)
        self.kill()
        self._owner.join(START_SECONDS)
        self._tidy()

    def kill(self) -> None:
        """End the zygote and its children; `start` begins anew."""
        with self._lock:
            if self._control is not None:
                self._control.shutdown(socket.SHUT_RDWR)
            elif self._starting is not None:
                self._starting.shutdown(socket.SHUT_RDWR)

    # --- in the owner's thread ---------------------------------------------------------------------------------------

    def _own(self) -> None:
        while (order := self._orders.get()) is not None:
            with tempfile.TemporaryFile() as said:
                try:
                    sock = self._launch(said)
                    order.set_result(self._first_word(sock, said))
                    self._listen(sock)
                except BaseException as error:
                    if not order.done():
                        order.set_exception(_broken(str(error)) if isinstance(error, OSError) else error)
                finally:
                    self._end()

    def _launch(self, said: Any) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with self._lock:
            self._starting = ours
            if self._closed:
                ours.shutdown(socket.SHUT_RDWR)
        with theirs:
            scratch = self._scratch()
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                env=self._environment(scratch),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd="/",
                start_new_session=True,
            )
        ours.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):  # it is gone already: its last words are read next
            ours.send(json.dumps(self._settings(scratch)).encode())
        return ours

    def _command(self, control: int) -> list[str]:
        jailed = self.profile.bubblewrap is not None
        inner = [
            self._view.interpreter,
            "-S",
            "-s",
            "-c",
            _BOOT,
            bubblewrap.CUT if jailed else self._cut,
            str(control),
        ]
        if not jailed:
            return inner
        return bubblewrap.command(
            self._view,
            self._cut,
            self._environment(bubblewrap.SCRATCH),
            root=self.profile.bubblewrap == "root",
            scratch_bytes=self._scratch_bytes,
            inner=inner,
            devices=self.profile.devices,
            readable=self.profile.readable,
        )

    def _environment(self, scratch: str) -> dict[str, str]:
        return {**_environment(scratch), **(gpu.ENVIRONMENT if self.profile.devices else {})}

    def _settings(self, scratch: str) -> dict[str, Any]:
        jailed = self.profile.bubblewrap is not None
        return {
            "uid": self.profile.uid,
            "keep_reading": self.profile.keep_reading,
            "sites": self._view.sites,
            "read": [*self._view.paths, bubblewrap.CUT if jailed else self._cut, *self.profile.readable],
            "devices": self.profile.devices,
            "landlock": self.profile.landlock,
            "simulate_gpu": self._simulate_gpu,
            "filter": base64.b64encode(self.profile.filter).decode(),
            "scratch": scratch,
        }

    def _scratch(self) -> str:
        """The directory of the scratches: the jail's own, or one that its owner can use and not list."""
        if self.profile.bubblewrap is not None:
            return bubblewrap.SCRATCH
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._home))
        if self.profile.uid is not None:
            os.chown(scratch, self.profile.uid, self.profile.uid)
        scratch.chmod(0o300)
        return str(scratch)

    def _first_word(self, sock: socket.socket, said: Any) -> dict[str, Any]:
        try:
            word = json.loads(sock.recv(MESSAGE_BYTES) or b"{}")
        except OSError:
            word = {}
        if "ready" not in word:
            said.seek(0)
            text = said.read(1 << 16).decode("utf-8", "replace").strip()
            raise _broken(word.get("failed") or text[-2000:] or "it ended without a word")
        sock.settimeout(None)
        with self._lock:
            self._control, self._starting = sock, None
        return dict(word["ready"])

    def _listen(self, sock: socket.socket) -> None:
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(sock, MESSAGE_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
            except OSError:
                return
            if not message:
                return
            word = json.loads(message)
            if "spawned" in word:
                birth = self._births[word["spawned"]]
                if not descriptors:  # this process has as many open files as it may have
                    return
                birth.spawned.set_result(descriptors[0])
            else:
                with self._lock:
                    birth = self._births.pop(word["ended"])
                birth.ended.set_result(
                    Ended(word["status"], word["cpu_seconds"], word["rss_bytes"], word["killed"])
                )

    def _end(self) -> None:
        with self._lock:
            control, self._control = self._control, None
            lost, self._births = self._births, {}
            starting, self._starting = self._starting, None
        for sock in (control, starting):
            if sock is not None:
                sock.close()
        if self._process is not None:
            _let_go(self._process)
        for birth in lost.values():
            for future in (birth.spawned, birth.ended):
                if not future.done():
                    future.set_exception(ZygoteGone())


def _provide_rules(cut: Path) -> None:
    """What the simulated GPU needs to know of this torch, beside the code that reads it; the jail sees nobody's cache."""
    with contextlib.suppress(Exception):  # the zygote meets the same, says why, and does without
        from autograder.simulated_cuda import rules

        rules.provide(cut / "autograder")


def _broken(why: str) -> SandboxBroken:
    return SandboxBroken(
        f"The sandbox did not start: {why}.",
        remedy="Run `autograder doctor`, which says what this machine lacks.",
    )


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Wait for the zygote, whose control socket is closed, to end by itself; only then is it killed.

    A bubblewrap killed in its first moments would leave the half-made jail behind, waiting for it.
    """
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(scratch: str) -> dict[str, str]:
    """All that student code finds in os.environ."""
    one_thread = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        "PATH": "/usr/bin",
        "HOME": scratch,
        "LANG": "C.UTF-8",
        "USER": "student",
        "LOGNAME": "student",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        JAIL: "1",
        # Tensors come and go; giving their pages back to the kernel each time costs more than half of its share.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
        **dict.fromkeys(one_thread, "1"),
    }


def _clear(home: Path) -> None:
    for scratch in home.glob("scratch-*"):
        scratch.chmod(0o700)
    shutil.rmtree(home, ignore_errors=True)
