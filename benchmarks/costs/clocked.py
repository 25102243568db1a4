"""One submission, as `autograder grade` grades it, with its CPU seconds apart: the student's code, and all the rest.

The student's part is what its cells and its functions used inside the jail. A clock is put around the graded functions by
the last solution cell, and asked before each child ends. All else is ours: drawing up calls, the wire, judging, shrinking,
starting children, pages, notebook and grade book.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from autograder.model import Call, Cell, CellResult, Limits, Notebook, Returned
from autograder.sandbox.child import Account, Child
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.spawner import Ended
from autograder.sandbox.transport import Batch

NAME = "_fewlabels_seconds_inside"
CLOCK = f"""
import time as _time
from autograder import fixtures as _props
_inside, _depth = [0.0], [0]

def _clocked(function):
    def call(*args, **kwargs):
        _depth[0] += 1
        start = _time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            _depth[0] -= 1
            if _depth[0] == 0:
                _inside[0] += _time.thread_time() - start
    return call

for _name in ("class_prototypes", "class_probabilities", "sample_episode", "episode_loss", "train"):
    if callable(globals().get(_name)):
        globals()[_name] = _clocked(globals()[_name])
for _name, _function in _props.PROCEDURES.items():
    _props.PROCEDURES[_name] = _clocked(_function)

def {NAME}():
    return _inside[0]
"""


@dataclass
class CpuSeconds:
    """CPU seconds of one submission. The first two are the student's."""

    cells: float = 0.0
    functions: float = 0.0
    worker: float = 0.0  # in the jail, beside student code
    grader: float = 0.0  # this process: calls, judging, shrinking
    pages: float = 0.0
    book: float = 0.0

    @property
    def student(self) -> float:
        return self.cells + self.functions

    @property
    def overhead(self) -> float:
        return self.worker + self.grader + self.pages + self.book


class ClockedSandbox(Sandbox):
    """A sandbox whose sessions keep their times in `last`."""

    last: Clocked

    def session(self, limits: Limits | None = None) -> Jailed:
        self.last = Clocked(self, limits or Limits())
        return self.last


class Clocked(Jailed):
    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        super().__init__(sandbox, limits)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._asking = False

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        return super().run(_with_clock(notebook))

    def _run_cell(self, cell: Cell, results: list[CellResult] | None, child: Child, account: Account) -> None:
        before = child.cpu_seconds
        try:
            super()._run_cell(cell, results, child, account)
        finally:
            self.seconds["cells"] += child.cpu_seconds - before

    def _discard(self) -> Ended | None:
        if self._child is not None and not self._asking:
            self._asking = True
            found = self.answer(Batch((Call(NAME),)))
            self._asking = False
            for each in found:
                if isinstance(each, Returned) and isinstance(each.value, float):
                    self.seconds["functions"] += each.value
        return super()._discard()


def _with_clock(notebook: Notebook) -> Notebook:
    solutions = [i for i, cell in enumerate(notebook.cells) if cell.solution and cell.kind == "code"]
    if not solutions:
        return notebook
    cells = list(notebook.cells)
    last = cells[solutions[-1]]
    cells[solutions[-1]] = replace(last, source=last.source + "\n" + CLOCK)
    return replace(notebook, cells=tuple(cells))


def apart(session: Clocked, timings: Any) -> CpuSeconds:
    """The parts of a submission that has just been graded in `session`; `timings`: CPU seconds of this process."""
    used = session.usage.cpu_seconds
    cells, functions = session.seconds["cells"], session.seconds["functions"]
    return CpuSeconds(cells, functions, max(0.0, used - cells - functions), *timings)


def cpu() -> float:
    return time.process_time()
