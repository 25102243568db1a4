"""Cells that ran out of time or ended their process, for staff; students are told by `runner.causes`."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.model import CellResult
from autograder.runner import causes


def notes(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Write a note for staff for each cell that was lost."""
    lost = [cell for cell in cells if cell.timed_out or cell.crashed]
    return tuple(f"{causes.failure(cell)} It was left out." for cell in lost)
