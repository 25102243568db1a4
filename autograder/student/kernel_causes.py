"""Why an exercise misses what it misses, as the kernel shows it in which it is checked."""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.model import Cause, Cell, CheckResult
from autograder.runner import names
from autograder.runner.causes import Trail
from autograder.student.kernel import History

CALLED = "The cell In [{}]"
BROKEN = ("raised", "missing")


def causes(history: History, exercise: str, checks: Sequence[CheckResult]) -> tuple[Cause, ...]:
    """Return why an `exercise` with these `checks` misses what it misses, as the `history` of its kernel shows it.

    Cells that failed, stubs, names that were replaced.
    """
    ran = history.notebook
    found = Trail(ran, history.results, calls=CALLED).of_exercise(exercise, checks)
    if not any(check.verdict in BROKEN for check in checks):
        return found
    lost = replaced(ran.code, exercise, history.shell.user_ns)
    if not lost:
        return found
    listed = ", ".join(f"{name} is {kind} by now" for name, kind in lost.items())
    what = f"A cell has given another meaning to what this exercise uses: {listed}."
    remedy = "Use another name there, restart the kernel, and run all cells."
    return (*found, Cause("bound_again", what, remedy))


def replaced(cells: Sequence[Cell], exercise: str, namespace: Mapping[str, Any]) -> dict[str, str]:
    """Return name -> what it is by now, of all that an exercise looks up, was a module or could be called, and is neither.

    cells       of the kernel, in the order in which they ran
    exercise    its name, and that of its function, underscores and capitals apart
    namespace   of the kernel
    """
    was = {name for cell in cells for name in _callables(cell.source)}
    lost: dict[str, str] = {}
    asked = {name for cell in cells for name in names.of_exercise(exercise, cell.source)}
    for name in sorted(names.looked_up(cells, asked)):
        if name not in namespace or (name not in was and not callable(getattr(builtins, name, None))):
            continue
        value = namespace[name]
        if not callable(value) and not isinstance(value, types.ModuleType):
            lost[name] = "None" if value is None else f"of type {type(value).__name__}"
    return lost


def _callables(source: str) -> set[str]:
    """Names that a cell defines or imports."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return {
        name
        for statement in names.statements(source) or ()
        if isinstance(statement, kinds)
        for name in names.bound(ast.unparse(statement))
    }
