"""What a student's kernel has run: its cells and how they ended, so that `check` can say why something is not there.

IPython tells about each cell when it has run. Nothing is kept on disk, and nothing is changed. Importing this imports nothing
that takes time.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

from autograder.model import Cell, CellResult, Notebook

MOST = 2_000  # cells that are remembered


class History:
    """The cells of one kernel, in the order in which they ran; the `index` of each is its number in the kernel."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._ran: deque[tuple[Cell, CellResult]] = deque(maxlen=MOST)
        shell.events.register("post_run_cell", self._note)

    @property
    def notebook(self) -> Notebook:
        """The cells that have run."""
        return Notebook("", tuple(cell for cell, _ in self._ran))

    @property
    def results(self) -> tuple[CellResult, ...]:
        """What they came to."""
        return tuple(result for _, result in self._ran)

    def _note(self, result: Any) -> None:
        source = getattr(getattr(result, "info", None), "raw_cell", None)
        number = getattr(result, "execution_count", None)
        if not isinstance(source, str) or not isinstance(number, int):
            return  # run silently, by a front end
        error = result.error_before_exec or result.error_in_exec
        ended = None
        if error is not None:
            from autograder.sandbox.worker.answer import raised  # needs torch

            ended = raised(error, self.shell.user_ns)
        self._ran.append((Cell(number, "code", source), CellResult(number, raised=ended)))


_kept: dict[int, History] = {}


def shell() -> Any:
    """Return the shell of this kernel; None in a plain Python program."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def history(of: Any) -> History | None:
    """Return the history of a kernel's shell, begun when it is asked for first; None where there is no shell."""
    if of is None or not hasattr(of, "events"):
        return None
    if id(of) not in _kept:
        _kept.clear()  # one kernel, one shell
        _kept[id(of)] = History(of)
    return _kept[id(of)]
