"""Which cells of a notebook one exercise needs: those that define the names its own cell uses, and so on.

Most of what running a notebook costs is data and pictures; a function under test needs the imports and a few other
functions.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.model import Cell, Notebook


@dataclass(frozen=True)
class _Names:
    defined: frozenset[str]
    used: frozenset[str]


def cells_for(notebook: Notebook, exercises: Iterable[str]) -> Notebook:
    """Return the notebook with only the code cells that the solution cells of `exercises` need, in their order.

    A cell that is no plain Python (a magic, a syntax error) says nothing about its names: with one among the cells that
    are wanted, all cells stay.
    """
    wanted = set(exercises)
    cells = notebook.code
    names = [_names(cell.source) for cell in cells]
    needed = {i for i, cell in enumerate(cells) if cell.solution and cell.grade_id in wanted}
    if any(names[i] is None for i in needed):
        return replace(notebook, cells=tuple(cells))
    first: dict[str, int] = {}
    for i, cell in enumerate(cells):
        mine = names[i]
        for name in mine.defined if mine is not None else ():
            # a solution cell is where a function is at home, whatever a picture cell calls its variables
            if name not in first or (cell.solution and not cells[first[name]].solution):
                first[name] = i
    open_ends = list(needed)
    while open_ends:
        mine = names[open_ends.pop()]
        for name in mine.used if mine is not None else ():
            found = first.get(name)
            if found is not None and found not in needed:
                needed.add(found)
                open_ends.append(found)
    return replace(notebook, cells=tuple(cells[i] for i in sorted(needed)))


def exercises_in_code(notebook: Notebook) -> tuple[str, ...]:
    """Return the exercises that are solved by code: the grade ids of the solution cells that are not graded by hand."""
    return tuple(solution_cells(notebook))


def solution_cells(notebook: Notebook) -> dict[str, Cell]:
    """Return exercise -> the cell that solves it, in their order; of the exercises that are solved by code.

    Of two cells with one grade id the last counts.
    """
    found = (cell for cell in notebook.code if cell.solution and not cell.grade and cell.grade_id is not None)
    return {str(cell.grade_id): cell for cell in found}


@lru_cache(maxsize=4096)  # programs of a course share most of their cells
def _names(source: str) -> _Names | None:
    """The names that a cell defines at its top level, and the global ones that it uses anywhere."""
    try:
        ast.parse(source)
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return None
    symbols = table.get_symbols()
    defined = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
    used = {each.get_name() for each in symbols if each.is_referenced()}
    for child in table.get_children():
        used |= _globals_of(child)
    return _Names(frozenset(defined), frozenset(used - defined))


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    mine = {each.get_name() for each in table.get_symbols() if each.is_global() and each.is_referenced()}
    for child in table.get_children():
        mine |= _globals_of(child)
    return mine
