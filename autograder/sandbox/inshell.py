"""In process like `InProcess`, but the cells run in IPython: magics, displays and figures as in Jupyter.

For `autograder check NOTEBOOK`, where a person runs their own notebook on their own machine.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.environment import JAIL
from autograder.model import Cell, CellResult, Notebook, Outcome, Raised
from autograder.sandbox.inprocess import InProcess, among, cut_behind
from autograder.sandbox.transport import Batch
from autograder.sandbox.worker.cells import Cells

OUTPUT_BYTES = 1 << 20


class InShell(InProcess):
    """One notebook, run in this process with `folder` as its working directory."""

    def __init__(self, folder: Path) -> None:
        self._cells = Cells()
        super().__init__(self._cells.namespace)
        self._folder = folder

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        """Run the cells in a fresh namespace of IPython's shell, magics included."""
        self._notebook = notebook
        self._cells.forget()
        self._namespace = self._cells.namespace
        with self._at_home():
            return tuple(self._run(cell) for cell in notebook.code)

    def answer(self, batch: Batch) -> list[Outcome]:
        """Make the calls in the notebook's folder, and return an outcome for each, in order."""
        with self._at_home():
            return super().answer(batch)

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        """Run the cells again, where there is a notebook: all of them, or those up to the cell with index `upto`.

        `added` run among them. `whole` makes no difference here.
        """
        notebook = self._notebook
        if notebook is not None:
            self.run(among(cut_behind(notebook, upto), added))
            self._notebook = notebook

    def _run(self, cell: Cell) -> CellResult:
        found = self._cells.run(cell.source, OUTPUT_BYTES)
        raised = found["raised"]
        return CellResult(
            cell.index,
            tuple(found["outputs"]),
            None if raised is None else Raised(raised["type"], raised["message"], raised["where"]),
        )

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        before, quiet = Path.cwd(), os.environ.get(JAIL)
        streams, asking = (sys.stdout, sys.stderr), builtins.input
        os.chdir(self._folder)
        sys.path.insert(0, str(self._folder))  # as in a notebook: modules that lie beside it
        os.environ[JAIL] = "1"
        self._cells.attach()
        try:
            yield
        finally:
            os.chdir(before)
            sys.path.remove(str(self._folder))
            sys.stdout, sys.stderr = streams
            builtins.input = asking
            if quiet is None:
                del os.environ[JAIL]
            else:
                os.environ[JAIL] = quiet
