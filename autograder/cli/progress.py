"""What a person sees while a class is graded, and what Ctrl-C does then: a bar on a terminal, a line per submission in a pipe
or in CI."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.classroom.run import Stop
from autograder.cli.app import errors
from autograder.feedback import json, view
from autograder.feedback.class_summary import needs_person
from autograder.feedback.phrases import plural
from autograder.feedback.sanitise import one_name
from autograder.model import Score
from autograder.runner import Grader


@contextmanager
def finishing() -> Iterator[Stop]:
    """Let the first Ctrl-C inside only say that nothing new is to be begun; the second one is as ever."""
    stop = Stop()

    def asked(signal_: int, frame: FrameType | None) -> None:
        if stop.wanted:
            raise KeyboardInterrupt
        stop.wanted = True
        errors.print("Finishing what is under way. Ctrl-C again stops at once.", markup=False)

    try:
        before = signal.signal(signal.SIGINT, asked)
    except ValueError:  # not in the main thread: somebody else looks after Ctrl-C
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class ClassProgress:
    """The progress display: how many are graded, failed, waiting for a person; per minute; how long it will take.

    quiet   True: no display. Otherwise, where nobody can look at a bar: a line for each submission
    lines   True: each result as JSON, on a line of its own on the standard output
    """

    def __init__(self, *, quiet: bool, lines: bool = False) -> None:
        self._lines = lines
        drawn = errors.is_terminal and "CI" not in os.environ
        self._told_in_lines = not quiet and not drawn
        self._bars = Progress(
            TextColumn("{task.description:24.24}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=errors,
            transient=True,
            disable=quiet or not drawn,
        )
        self._task = self._bars.add_task("starting", total=None, told="")
        self._total, self._graded, self._failed, self._waiting = 0, 0, 0, 0
        self._begun = 0.0

    def __enter__(self) -> ClassProgress:
        self._bars.start()
        self._begun = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def of(self, total: int) -> None:
        """Learn how many submissions there are."""
        self._total = total
        self._bars.update(self._task, total=total)

    def note(self, text: str) -> None:
        """Print a note."""
        errors.print(f"Note: {text}", style="yellow", markup=False, highlight=False)

    def review(self, text: str) -> None:
        """Print what a person should look at."""
        errors.print(text, style="yellow", markup=False, highlight=False)

    def failed(self, text: str) -> None:
        """Print what could not be entered."""
        errors.print(text, style="red", markup=False, highlight=False)

    def drawing(self, grader: Grader) -> None:
        """Draw the inputs of all checks, and show how far that is."""
        self._say(f"Drawing inputs for {plural(len(grader.checks), 'law')}")
        bar = self._bars.add_task("drawing inputs", total=len(grader.checks), told="")
        grader.prepare(lambda _: self._bars.advance(bar))
        self._bars.remove_task(bar)
        self._begun = time.monotonic()

    def graded(self, score: Score) -> None:
        """Count a submission that is graded, and print its result where each is to be a line."""
        if self._lines:
            print(json.to_json(score).replace("\n", " "), flush=True)
        self._graded += 1
        self._failed += score.error is not None
        self._waiting += score.error is None and bool(needs_person(score))
        self._bars.update(self._task, advance=1, description=one_name(score.student, 24), told=self._told())
        width = len(str(self._total))
        points = view.page(score, "staff").headline
        self._say(f"{self._graded:{width}} of {self._total}  {one_name(score.student)}: {points}")

    def _say(self, text: str) -> None:
        if self._told_in_lines:
            errors.print(text, markup=False, highlight=False, soft_wrap=True)

    def _told(self) -> str:
        rate = self._graded / max(1e-9, time.monotonic() - self._begun)
        left = round(max(0, self._total - self._graded) / rate)
        parts = [f"{self._failed} failed, {self._waiting} waiting", f"{60 * rate:.0f}/min"]
        return ", ".join([*parts, f"{left // 60}:{left % 60:02d} left"])


@contextmanager
def shown(progress: ClassProgress) -> Iterator[Stop]:
    """Show the progress inside, and hand out what Ctrl-C sets."""
    with finishing() as stop, progress:
        yield stop
