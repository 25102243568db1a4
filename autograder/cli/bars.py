"""A progress bar for whatever takes longer than two seconds; what is quicker shows nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.cli.app import errors

DELAY = 2.0  # seconds


@contextmanager
def bar(what: str, total: int, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Hands out what is to be called after each of `total` steps. The bar stands on the error stream."""
    columns = (
        TextColumn("{task.description:24.24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=errors, transient=True, disable=quiet)
    task = shown.add_task(what, total=total)
    start, running = time.monotonic(), False

    def advance() -> None:
        nonlocal running
        if not running and time.monotonic() - start > DELAY:
            running = True
            shown.start()
        shown.advance(task)

    try:
        yield advance
    finally:
        if running:
            shown.stop()
