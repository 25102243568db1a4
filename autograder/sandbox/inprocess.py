"""The boundary's twin without a boundary: answers calls in this very process.

For a student's own kernel (whose code it is) and for tests. It holds nothing back; deadlines are student/slow_calls.py's.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from typing import Any

from autograder.fixtures import devices
from autograder.model import Call, Cell, CellResult, Crashed, Notebook, Outcome, Raised, TimedOut
from autograder.sandbox import wire
from autograder.sandbox.outcomes import from_plain, to_plain
from autograder.sandbox.transport import Batch, with_added
from autograder.sandbox.worker.answer import answer, raised


class InProcess:
    """Answers from `namespace`: a kernel's, or the one that `run` fills."""

    name = "in process"

    def __init__(self, namespace: Mapping[str, Any] | None = None) -> None:
        self._given = namespace
        self._namespace: Mapping[str, Any] = {} if namespace is None else namespace
        self._notebook: Notebook | None = None
        self._call_seconds: float | None = None  # of the batch under way, where it says so

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        """Run the cells as plain Python: IPython's magics need the worker's shell (sandbox/worker/cells.py)."""
        self._notebook = notebook
        namespace: dict[str, Any] = {"__name__": "__main__"}
        self._namespace = namespace
        return tuple(
            CellResult(cell.index, raised=_execute(cell.source, cell.index, namespace))
            for cell in notebook.code
        )

    def answer(self, batch: Batch) -> list[Outcome]:
        """Make the calls in this process, and return an outcome for each, in order."""
        # Through the same encoding as over the wire, so that a check cannot tell the transports apart.
        self._call_seconds = batch.call_seconds
        outcomes: list[Outcome] = []
        with _quietly():
            for call in batch.calls:
                outcomes.append(self._answer(call))
                if isinstance(outcomes[-1], TimedOut):  # as over the wire: nothing is asked behind it
                    break
        return outcomes

    def _answer(self, call: Call) -> Outcome:
        asked = _travel(call)
        try:
            return from_plain(_travel(to_plain(answer(asked, self._namespace))))
        except wire.WireError as error:
            return Crashed(f"sent something that is no answer ({error})")

    def no_gpu(self) -> str | None:
        """Say why no call can be made near a GPU in this process; None where it can."""
        return devices.no_gpu()

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        """Run the cells again, where there is a notebook: all of them, or those up to the cell with index `upto`.

        `added` run among them. `whole` makes no difference here.
        """
        whole_notebook = self._notebook
        if self._given is None and whole_notebook is not None:
            self.run(among(cut_behind(whole_notebook, upto), added))
            self._notebook = whole_notebook

    def close(self) -> None:
        """Do nothing: there is no child to end."""


def cut_behind(notebook: Notebook, upto: int | None) -> Notebook:
    """Return the notebook up to the cell of that index; all of it for None."""
    if upto is None:
        return notebook
    return replace(notebook, cells=tuple(cell for cell in notebook.cells if cell.index <= upto))


def among(notebook: Notebook, added: Sequence[Cell]) -> Notebook:
    """Return the notebook's code cells with those of `added` among them (see `transport.with_added`)."""
    return replace(notebook, cells=tuple(with_added(notebook.code, added))) if added else notebook


@contextmanager
def _quietly() -> Iterator[None]:
    """What a function prints or warns in hundreds of calls is nothing that its author wants to read."""
    with (
        open(os.devnull, "w") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def _travel(value: Any) -> Any:
    encoded = wire.encode(value)
    return wire.decode(encoded.structure, encoded.payload)


def _execute(source: str, index: int, namespace: dict[str, Any]) -> Raised | None:
    try:
        exec(compile(ast.parse(source), f"<cell {index}>", "exec"), namespace)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return raised(error, namespace)
    return None
