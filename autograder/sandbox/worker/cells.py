"""Runs one cell in the shell: what it showed, as nbformat outputs, and the exception that ended it, if one did."""

from __future__ import annotations

import builtins
import sys
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError

from autograder.sandbox.worker.answer import raised
from autograder.sandbox.worker.capture import Outputs, Stream
from autograder.sandbox.worker.shell import NO_INPUT, Shell, build


class Cells:
    """The notebook's kernel inside the worker. `namespace` is where its functions live."""

    def __init__(self) -> None:
        self.shell: Shell = build()
        self._streams = (Stream("stdout", 1), Stream("stderr", 2))

    @property
    def namespace(self) -> dict[str, Any]:
        return self.shell.user_ns  # type: ignore[no-any-return]

    def attach(self) -> None:
        """Let sys.stdout and sys.stderr be the cells' from now on; nobody answers input()."""
        sys.stdout, sys.stderr = self._streams
        builtins.input = _nobody

    def forget(self) -> None:
        """Begin a fresh namespace and numbering, as after a restart of a kernel."""
        self.shell.reset(new_session=True)
        self.shell.execution_count = 1

    def run(self, source: str, output_bytes: int, *, figures: bool = True) -> dict[str, Any]:
        """Run one cell.

        source         its text
        output_bytes   how much of what it shows is collected; with 0 nothing is, and no figure is rendered
        figures        False: what it shows is collected, with the text that stands for a figure in its place

        Returns {"outputs": nbformat-4 outputs, "raised": None or {"type", "message", "where"}}.
        """
        outputs = Outputs(output_bytes)
        self._show_in(outputs if output_bytes else None, figures=figures)
        try:
            result = self.shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except (
            BaseException
        ) as escaped:  # from IPython itself: a patched shell, an interrupt outside of the cell
            error = escaped
        finally:
            self._show_in(None)
        ended = None
        if error is not None:
            seen = raised(error, self.namespace)
            if not outputs.failed:
                outputs.error(seen, [], always=True)
            ended = {"type": seen.type, "message": seen.message, "where": seen.where}
        return {"outputs": outputs.collected(), "raised": ended}

    def _show_in(self, outputs: Outputs | None, *, figures: bool = True) -> None:
        self.shell.capture(outputs, figures=figures)
        for stream in self._streams:
            stream.outputs = outputs


def _nobody(prompt: object = "") -> NoReturn:
    raise StdinNotImplementedError(NO_INPUT)
