"""A person's own notebook, run in this process: no sandbox, but progress, and a word about what does not come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.model import Call, Cell, CellResult, Limits, Outcome
from autograder.sandbox.inshell import InShell
from autograder.student.slow_calls import Patience, Stopped


class WatchedInShell(InShell):
    """A notebook's cells and the calls of its functions, each watched. `each_cell` is told about every cell that has run."""

    def __init__(
        self, folder: Path, patience: Patience, each_cell: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(folder)
        self._patience = patience
        self._each_cell = each_cell

    def _answer(self, call: Call) -> Outcome:
        with self._patience.waiting(str(call)):
            return super()._answer(call)

    def _run(self, cell: Cell) -> CellResult:
        with self._patience.waiting(f"Cell {cell.index}"):
            result = super()._run(cell)
        if result.raised is not None and result.raised.type == "KeyboardInterrupt":
            raise Stopped(f"Cell {cell.index}", result.raised.where)  # IPython would go on to the next cell
        self._each_cell()
        return result


class Here:
    """Stands in for a sandbox. The cells run in the notebook's own folder, where they find what lies there."""

    name = "in process"
    in_place = True

    def __init__(
        self, folder: Path, patience: Patience, each_cell: Callable[[], None] = lambda: None
    ) -> None:
        self._folder, self._patience, self._each_cell = folder, patience, each_cell

    def session(self, limits: Limits) -> WatchedInShell:
        """Return a place for the notebook in this process, without a boundary."""
        return WatchedInShell(self._folder, self._patience, self._each_cell)
