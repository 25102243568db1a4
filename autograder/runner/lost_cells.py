"""Cells that ran out of time or ended their process: what they had defined is gone, and whoever misses it is told why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.model import CellResult, CheckResult, Missing, Notebook


def notes(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Write a note for staff for each cell that was lost."""
    return tuple(f"{how} It was left out." for how in map(_how, cells) if how)


def explained(
    checks: Sequence[CheckResult], exercise: str, cells: Sequence[CellResult], notebook: Notebook
) -> tuple[CheckResult, ...]:
    """Return the `checks` of an `exercise`; one that finds nothing to call says which cell was lost.

    cells      what came of the cells
    notebook   the submission

    It names the exercise's own cell, or else the first that was lost.
    """
    own = {cell.index for cell in notebook.cells if cell.grade_id == exercise}
    told = sorted((cell.index not in own, cell.index, how) for cell in cells if (how := _how(cell)))
    if not told:
        return tuple(checks)
    why = f" {told[0][2]} What it defines is not there."
    return tuple(
        replace(check, message=check.message + why)
        if check.verdict == "missing" and check.message.endswith(f"{Missing('').why}.")
        else check
        for check in checks
    )


def _how(cell: CellResult) -> str:
    if cell.timed_out or cell.crashed:
        said = next(
            (str(output["evalue"]) for output in cell.outputs if output.get("evalue")), "The cell failed."
        )
        return said.replace("The cell", f"Cell {cell.index}", 1)
    return ""
