"""Ends a student's own code that does not come back, where the kernel allows it, and says at which line it was.

In a student's kernel nothing may be killed. A thread beside it watches: whatever is late gets a signal, whose handler raises in
the middle of it, also in a sleep. Without signals (Windows, or not in the main thread) it is only told that something is
running, and how to stop it. As in grading, the wall clock is patient: five times what is announced in CPU seconds.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from autograder.model import Call, Limits, Outcome, Raised, TimedOut
from autograder.sandbox.inprocess import InProcess

SECONDS = 10.0
POLL = 0.25
LIMITS = Limits()

IN_JUPYTER = "Stop it with Kernel, Interrupt (or the square button)."
ON_TERMINAL = "Stop it with Ctrl-C."


class OutOfTime(BaseException):
    """Raised in code that is late; not an Exception, so that `except Exception` in a loop does not keep it running."""


class Patience:
    """A context in which `waiting(what)` tells, once, about whatever takes longer than `seconds`, and ends what takes longer
    than it was given."""

    def __init__(
        self, how_to_stop: str, seconds: float = SECONDS, tell: Callable[[str], None] | None = None
    ) -> None:
        stream = sys.stdout  # now: while code runs, its output goes elsewhere
        self._tell = tell or (lambda text: print(text, file=stream, flush=True))
        self._how, self._seconds = how_to_stop, seconds
        self._running: _Running | None = None
        self._may_stop = False
        self._before: Any = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.last = ""  # what was running last: what an interrupt interrupted

    def __enter__(self) -> Patience:
        if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGALRM, self._late)
            self._may_stop = True
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        if self._may_stop:
            signal.signal(signal.SIGALRM, self._before)

    @contextmanager
    def waiting(self, what: str, seconds: float | None = None) -> Iterator[None]:
        """Watch what runs inside, call it `what`, and end it after `seconds` of wall clock; None: never."""
        self.last = what
        self._running = _Running(what, time.monotonic(), seconds)
        try:
            yield
        finally:
            self._running = None

    def ended(self, what: str, where: str | None) -> None:
        """Tell that `what` was late and has been ended, and the student's line at which it was (`where`)."""
        at = f" It was at {where}" if where else ""
        self._tell(f"{what} did not come back and was stopped: is there an endless loop?{at}")

    def _late(self, *_: object) -> None:
        """The handler of the signal, in the thread whose code is late."""
        now = self._running
        if now is not None and now.late:
            raise OutOfTime(f"{now.what} took longer than {now.seconds:g} s")

    def _watch(self) -> None:
        told = None
        while not self._done.wait(POLL):
            now = self._running
            if now is None:
                continue
            if now.late and self._may_stop:
                signal.pthread_kill(
                    threading.main_thread().ident or 0, signal.SIGALRM
                )  # again, if it is swallowed
            elif now is not told and time.monotonic() - now.begun > self._seconds:
                told = now
                self._tell(
                    f"{now.what} has been running for {self._seconds:g} s. Is there an endless loop? {self._how}"
                )


@dataclass(frozen=True, eq=False)
class _Running:
    what: str
    begun: float
    seconds: float | None

    @property
    def late(self) -> bool:
        return self.seconds is not None and time.monotonic() - self.begun > self.seconds


def watched(patience: Patience, call: Call, seconds: float | None, ask: Callable[[Call], Outcome]) -> Outcome:
    """Return what a call comes to, or `TimedOut` where it had to be ended.

    patience  watches the call
    ask       makes it
    seconds   CPU time that is announced for it; None: the limit for calls
    """
    given = LIMITS.call_seconds if seconds is None else seconds
    try:
        with patience.waiting(str(call), LIMITS.patience * given):
            outcome = ask(call)
    except OutOfTime:
        outcome = Raised(OutOfTime.__name__, "")
    if not isinstance(outcome, Raised) or outcome.type != OutOfTime.__name__:
        return outcome
    patience.ended(str(call), outcome.where)
    return TimedOut(given)


class PatientInProcess(InProcess):
    """Calls of functions in a kernel, each watched."""

    def __init__(self, namespace: Any, patience: Patience) -> None:
        super().__init__(namespace)
        self._patience = patience

    def _answer(self, call: Call) -> Outcome:
        return watched(self._patience, call, self._call_seconds, super()._answer)


class Stopped(KeyboardInterrupt):
    """An interrupt, told in a line instead of a traceback through the checks."""

    def __init__(self, what: str, where: str | None = None) -> None:
        super().__init__(f"Stopped while {what} was running{f', at {where}' if where else ''}.")

    def _render_traceback_(self) -> list[str]:  # what IPython shows in place of a traceback
        return [str(self)]
