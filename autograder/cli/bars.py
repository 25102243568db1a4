"""The progress bar of commands that take a while."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.cli.app import errors


def progress(quiet: bool = False) -> Progress:
    """Bars on standard error, gone when they are done."""
    return Progress(
        TextColumn("{task.description:24.24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=quiet,
    )
