"""A person's own notebook, run in this process: no sandbox, but progress, and a word about what does not come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.model import Call, Cell, CellResult, Limits, Outcome, Raised, TimedOut
from autograder.sandbox.inshell import InShell
from autograder.sandbox.outcomes import cell_failed
from autograder.student.slow_calls import LIMITS, OutOfTime, Patience, Stopped, watched


class WatchedInShell(InShell):
    """A notebook's cells and the calls of its functions, each watched. `each_cell` is told about every cell that has run."""

    def __init__(
        self, folder: Path, patience: Patience, each_cell: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(folder)
        self._patience = patience
        self._each_cell = each_cell

    def _answer(self, call: Call) -> Outcome:
        return watched(self._patience, call, self._call_seconds, super()._answer)

    def _run(self, cell: Cell) -> CellResult:
        try:
            with self._patience.waiting(f"Cell {cell.index}", LIMITS.patience * LIMITS.cell_seconds):
                result = super()._run(cell)
        except OutOfTime:  # between IPython's own lines
            result = CellResult(cell.index, raised=Raised(OutOfTime.__name__, ""))
        if result.raised is not None and result.raised.type == OutOfTime.__name__:
            self._patience.ended(f"Cell {cell.index}", result.raised.where)
            result = cell_failed(cell.index, TimedOut(LIMITS.cell_seconds))
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
