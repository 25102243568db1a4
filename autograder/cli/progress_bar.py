"""A progress bar for whatever takes longer than two seconds; what is quicker shows nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

DELAY = 2.0  # seconds


@contextmanager
def bar(what: str, total: int, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Show a bar for `what` on the error stream, unless `quiet`.

    Hands out what is to be called after each of `total` steps.
    """
    # the stream as it is now: while a notebook runs, sys.stderr is its own
    console = Console(file=sys.stderr, stderr=True)
    columns = (
        TextColumn("{task.description:24.24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # nor are its streams redirected: the notebook's are its own
    shown = Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=quiet,
    )
    task = shown.add_task(what, total=total)
    start, running = time.monotonic(), False

    def advance() -> None:
        nonlocal running
        if not running and time.monotonic() - start > DELAY:
            running = True
            shown.start()
        if not shown.tasks[0].finished:
            shown.advance(task)

    try:
        yield advance
    finally:
        if running:
            shown.stop()
