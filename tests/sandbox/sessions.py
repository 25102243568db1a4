"""What the tests of this room say in one word."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograder.model import Call, Cell, Limits, Notebook, Outcome
from autograder.sandbox.jailed import Jailed
from autograder.sandbox.transport import Batch

QUICK = Limits(
    cell_seconds=2.0, call_seconds=0.5, submission_seconds=60.0, patience=4.0, memory_bytes=512 << 20
)


def notebook(*sources: str) -> Notebook:
    return Notebook(
        "submission.ipynb", tuple(Cell(index, "code", source) for index, source in enumerate(sources))
    )


def call(jailed: Jailed, function: str, **arguments: Any) -> Outcome:
    return jailed.answer(Batch((Call(function, arguments),)))[0]


def points(rows: int = 25, columns: int = 64) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((rows, columns)).astype(np.float32)


def descendants(process: int) -> set[int]:
    """The processes below `process`, itself apart."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def living(processes: set[int]) -> list[int]:
    def lives(process: int) -> bool:
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return sorted(filter(lives, processes))
