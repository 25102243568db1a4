"""Says so when a student's own code does not come back: after ten seconds, while it can still be interrupted.

In a student's kernel nothing may be killed: an endless loop runs until its author stops it. A thread beside it tells what is
running, and how to stop it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.model import Call, Outcome
from autograder.sandbox.inprocess import InProcess

SECONDS = 10.0
POLL = 0.25

IN_JUPYTER = "Stop it with Kernel, Interrupt (or the square button)."
ON_TERMINAL = "Stop it with Ctrl-C."


class Patience:
    """A context in which `waiting(what)` tells, once, about whatever takes longer than `seconds`."""

    def __init__(
        self, how_to_stop: str, seconds: float = SECONDS, tell: Callable[[str], None] | None = None
    ) -> None:
        stream = sys.stdout  # now: while code runs, its output goes elsewhere
        self._tell = tell or (lambda text: print(text, file=stream, flush=True))
        self._how, self._seconds = how_to_stop, seconds
        self._running: tuple[str, float] | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.last = ""  # what was running last: what an interrupt interrupted

    def __enter__(self) -> Patience:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Watch what runs inside, and call it `what`."""
        self.last = what
        self._running = (what, time.monotonic())
        try:
            yield
        finally:
            self._running = None

    def _watch(self) -> None:
        told = None
        while not self._done.wait(POLL):
            now = self._running
            if now is not None and now is not told and time.monotonic() - now[1] > self._seconds:
                told = now
                self._tell(
                    f"{now[0]} has been running for {self._seconds:g} s. Is there an endless loop? {self._how}"
                )


class PatientInProcess(InProcess):
    """Calls of functions in a kernel, each watched."""

    def __init__(self, namespace: Any, patience: Patience) -> None:
        super().__init__(namespace)
        self._patience = patience

    def _answer(self, call: Call) -> Outcome:
        with self._patience.waiting(str(call)):
            return super()._answer(call)


class Stopped(KeyboardInterrupt):
    """An interrupt, told in a line instead of a traceback through the checks."""

    def __init__(self, what: str, where: str | None = None) -> None:
        super().__init__(f"Stopped while {what} was running{f', at {where}' if where else ''}.")

    def _render_traceback_(self) -> list[str]:  # what IPython shows in place of a traceback
        return [str(self)]
