"""The zygote: imports torch once, then forks one locked child per submission. Executed afresh inside the jail.

It holds nothing worth stealing, because a child can read all of its own memory, and that began as a copy of this one:
no notebook, no call, no seed, no check, only the data sets that every student's notebook draws, too. Cells and calls go straight into the child's own socket.

The control socket carries JSON: settings in, then "ready" out; {"spawn": n, bounds ...} with two descriptors in;
{"spawned": n} with the child's pidfd out, before the child may go on; {"ended": n, ...} out when it is over.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import secrets
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from autograder.sandbox.jail import limits

LOOK_MILLISECONDS = 250
MESSAGE_BYTES = 1 << 17
STAFF_MODULES = (
    "reference",
    "autograder.hidden",
    "autograder.checks",
    "autograder.runner",
    "autograder.laws.registry",
)


@dataclass
class Child:
    number: int
    process: int
    pidfd: int
    scratch: str
    scratch_bytes: int
    threads: int
    killed: str | None = None


def main(control: int) -> None:
    """Serve the control socket with the descriptor `control` until its other side is closed."""
    sock = socket.socket(fileno=control)
    parent = os.getppid()
    settings = json.loads(sock.recv(MESSAGE_BYTES))
    with contextlib.suppress(OSError):
        limits.first_for_the_oom_killer()  # and so are the children; later, undumpable, nobody could write it
    if settings["uid"] is not None:
        limits.become(settings["uid"], keep_reading=settings["keep_reading"])
    limits.die_with(parent)
    sys.path.extend(settings["sites"])
    try:
        zygote = Zygote(sock, settings)
    except BaseException as error:
        sock.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:2000]}).encode())
        raise
    zygote.serve()


class Zygote:
    def __init__(self, sock: socket.socket, settings: dict[str, Any]) -> None:
        self.sock = sock
        self.children: dict[int, Child] = {}  # by pidfd
        self.kept: set[str] = set()
        self.scratch = settings["scratch"]
        home = os.path.join(self.scratch, secrets.token_hex(16))
        os.mkdir(home, 0o700)
        os.environ.update({"HOME": home, "TMPDIR": home, "IPYTHONDIR": home, "MPLCONFIGDIR": home})

        import torch

        torch.set_num_threads(1)  # before anything else: a child of a process with a thread pool hangs
        from autograder.sandbox.worker.child import live
        from autograder.sandbox.worker.warm import warm_up

        self.live: Callable[..., NoReturn] = live
        cells, without_gpu = warm_up(simulate_gpu=settings["simulate_gpu"])
        self.jail = {
            "cells": cells,
            "landlock": settings["landlock"],
            "filter": base64.b64decode(settings["filter"]),
            "read": settings["read"],
            "scratch": self.scratch,
            # a namespace of its own would take away the one capability that lets it read its interpreter
            "own_scratch": not settings["keep_reading"],
            "devices": settings["devices"],
        }
        limits.undumpable()
        self.sock.send(json.dumps({"ready": {**_facts(), "no_gpu": without_gpu}}).encode())

    def serve(self) -> None:
        """Fork children when asked to, bury those that ended, and look after the others; does not return."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll(LOOK_MILLISECONDS if self.children else None):
                if descriptor == self.sock.fileno():
                    poll.register(self.spawn().pidfd, select.POLLIN)
                else:
                    poll.unregister(descriptor)
                    self.bury(self.children.pop(descriptor))
            self.look()

    def look(self) -> None:
        """Kill every child that takes more of the shared scratch or more threads than it may."""
        for child in self.children.values():
            _look_at(child)

    def spawn(self) -> Child:
        """Read a request off the control socket, and fork the child that it asks for; exit where the socket is closed."""
        message, descriptors, _, _ = socket.recv_fds(self.sock, MESSAGE_BYTES, 2)
        if not message:
            os._exit(0)  # the supervisor is gone; the children follow
        request = json.loads(message)
        self.keep(request.pop("data", ()))
        scratch = os.path.join(self.scratch, secrets.token_hex(16))
        os.mkdir(scratch, 0o700)
        gate, opener = os.pipe()
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            self._be_born(request, descriptors, scratch, (gate, opener), parent)
        pidfd = os.pidfd_open(process)
        socket.send_fds(self.sock, [json.dumps({"spawned": request["spawn"]}).encode()], [pidfd])
        os.write(opener, b"g")
        for descriptor in (*descriptors, gate, opener):
            os.close(descriptor)
        child = Child(request["spawn"], process, pidfd, scratch, request["scratch_bytes"], request["threads"])
        self.children[pidfd] = child
        return child

    def keep(self, data: Iterable[Any]) -> None:
        """Make what notebooks of a course load, once: every child inherits it. What fails here fails in the cell, too."""
        for name, options in data:
            wish = json.dumps([name, options], sort_keys=True)
            if wish not in self.kept:
                self.kept.add(wish)
                with contextlib.suppress(Exception):
                    from autograder.datasets import preload

                    preload(name, **options)
                    gc.freeze()

    def _be_born(
        self,
        request: dict[str, Any],
        descriptors: list[int],
        scratch: str,
        pipe: tuple[int, int],
        parent: int,
    ) -> None:
        try:
            self.children.clear()  # where it has no file system of its own, a sibling's name is all that protects it
            gate, opener = pipe
            os.close(opener)
            if not os.read(gate, 1):
                os._exit(1)
            self.live(self.jail, request, *descriptors, scratch, parent)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(1)

    def bury(self, child: Child) -> None:
        """Collect a child that has ended, remove its scratch, and report how it ended and what it used."""
        from autograder.sandbox.scratch import remove

        _, status, usage = os.wait4(child.process, 0)
        os.close(child.pidfd)
        # What cannot be removed is bounded by the size of the scratch, and nobody can list it.
        with contextlib.suppress(OSError):
            remove(child.scratch)
        report = {
            "ended": child.number,
            "status": os.waitstatus_to_exitcode(status),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "rss_bytes": usage.ru_maxrss * 1024,
            "killed": child.killed,
        }
        self.sock.send(json.dumps(report).encode())


def _look_at(child: Child) -> None:
    """Kill a child that takes more of what all children share than is its own."""
    from autograder.sandbox.scratch import within

    if child.killed is None:
        if not within(child.scratch, child.scratch_bytes):
            child.killed = "wrote more files than its scratch may hold"
        elif _threads(child.process) > child.threads:
            child.killed = f"started more than {child.threads} threads"
        if child.killed is not None:
            signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)


def _threads(process: int) -> int:
    with open(f"/proc/{process}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[17])


def _facts() -> dict[str, Any]:
    from autograder.sandbox.jail import landlock

    loaded = [name for name in sys.modules if name.startswith(STAFF_MODULES)]
    return {
        "uid": os.getuid(),
        "threads": len(os.listdir("/proc/self/task")),
        "landlock": landlock.abi(),
        "staff_modules": loaded,
    }
