"""Threads that a program starts see the device as well: modes belong to a thread, so each new one enters its own.

Autograd carries the mode along by itself: at::ThreadLocalState, which the engine restores in its threads, holds it.
"""

from __future__ import annotations

import threading
from typing import Any

from autograder.simulated_cuda.dispatch import Mode

_start = threading.Thread.start


def start(self: threading.Thread) -> None:
    """Stand in for `threading.Thread.start`: the new thread sees the device as well."""
    run = self.run

    def inside() -> None:
        with Mode():
            run()

    self.run = inside  # type: ignore[method-assign]
    _start(self)


PATCHES: tuple[tuple[Any, str, Any], ...] = ((threading.Thread, "start", start),)
