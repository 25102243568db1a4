"""Names of a notebook, read from its text: what a cell binds, and what a function looks up when it is called.

Nothing runs. Where a text does not parse, its lines are looked at one by one: what such a cell would have bound is still worth
telling.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from autograder.model import Cell

# Parsers are C code that recurses: a text larger than any that a person writes into a cell is read line by line.
LARGE = 50_000
DEEP = 100  # and so do walks over what they give
EVERYTHING = "*"  # what `from x import *` binds

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\A\s*%%.*$", re.MULTILINE)
_BINDING_LINE = re.compile(
    r"^(?:(?:async\s+)?def\s+(?P<function>\w+)|class\s+(?P<kind>\w+)|(?P<value>\w+)\s*(?::[^=]+)?=(?!=)"
    r"|(?:from\s+[\w.]+\s+)?import\s+(?P<imported>.+))"
)


@lru_cache(maxsize=4096)
def statements(source: str) -> tuple[ast.stmt, ...] | None:
    """Return the top-level statements of a cell, its magics left out; None where it is no Python."""
    plain = _MAGIC.sub(r"\1pass", _ASSIGNED_MAGIC.sub(r"\1None", _CELL_MAGIC.sub("", source)))
    if len(plain) > LARGE:
        return None
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if _deep(tree) else tuple(tree.body)


def _deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(DEEP):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def bound(source: str) -> frozenset[str]:
    """Return the names that a cell gives a value at its top level; `EVERYTHING` for an import of all names.

    >>> sorted(bound("import numpy as np\\ndef double(x):\\n    y = 2 * x\\n    return y"))
    ['double', 'np']
    """
    found = statements(source)
    if found is None:
        return frozenset(_bound_by_lines(source))
    return frozenset(name for statement in found for name in _bound(statement))


def of_exercise(exercise: str, source: str) -> frozenset[str]:
    """Return what a cell binds under an exercise's name, underscores and capitals apart: EmbeddingNet for embedding_net.

    source   the text of the cell

    >>> sorted(of_exercise("embedding_net", "class EmbeddingNet:\\n    pass\\nnet = EmbeddingNet()"))
    ['EmbeddingNet']
    """
    folded = exercise.replace("_", "").lower()
    return frozenset(name for name in bound(source) if name.replace("_", "").lower() == folded)


def changed(source: str, imported: Iterable[str] = ()) -> frozenset[str]:
    """Return the names that a cell gives another meaning: bound, deleted, or changed from within (`F.softmax = ...`).

    imported   what earlier cells import (see `imports`): the same import again changes nothing
    """
    known = frozenset(imported)
    names: set[str] = set()
    for statement in statements(source) or ():
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names.update(name for name, said in _imported(statement) if said not in known)
        else:
            names.update(name for name, _ in _stored(statement))
    return frozenset(names)


def imports(source: str) -> frozenset[str]:
    """Return each import of a cell as one text, to be compared."""
    return frozenset(
        said
        for statement in statements(source) or ()
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for _, said in _imported(statement)
    )


def looked_up(cells: Sequence[Cell], names: Iterable[str]) -> frozenset[str]:
    """Return `names` and every global name that they look up when they are called, builtins included, as `cells` define them.

    An approximation from above: of several definitions of a name all are followed.
    """
    uses: dict[str, set[str]] = {}
    for cell in cells:
        for name, used in _uses(cell.source).items():
            uses.setdefault(name, set()).update(used)
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(uses.get(name, ()))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _uses(source: str) -> Mapping[str, frozenset[str]]:
    """Name -> the global names that its value looks up, for each name that a cell binds."""
    found: dict[str, frozenset[str]] = {}
    for statement in statements(source) or ():
        names = _bound(statement)
        if names:
            used = frozenset(_globals(statement))
            for name in names:
                found[name] = found.get(name, frozenset()) | used
    return found


def used_in(source: str) -> frozenset[str]:
    """Return the global names that a cell looks up, at its top level and in what it defines."""
    return frozenset(name for statement in statements(source) or () for name in _globals(statement))


def _globals(statement: ast.stmt) -> Iterator[str]:
    """What a definition looks up when it is called, and its decorators; of any other statement all names that it loads."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return
    try:
        table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return
    if isinstance(statement, _DEFINITIONS):
        outside = [
            *statement.decorator_list,
            *(statement.bases if isinstance(statement, ast.ClassDef) else ()),
        ]
        yield from (node.id for each in outside for node in ast.walk(each) if isinstance(node, ast.Name))
    else:
        yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced())
    pending = list(table.get_children())
    while pending:
        inner = pending.pop()
        pending.extend(inner.get_children())
        yield from (symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global())


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a top-level statement binds."""
    return {name for name, altered in _stored(statement) if not altered}


def _stored(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """(name, whether it was there before): names that are bound, and names that are deleted or changed from within."""
    if isinstance(node, _DEFINITIONS):
        yield node.name, False
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((name, False) for name, _ in _imported(node))
        return
    if isinstance(node, _SCOPES):  # names of their own
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, isinstance(node.ctx, ast.Del)
    elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name):
            yield root.id, True
    for child in ast.iter_child_nodes(node):
        yield from _stored(child)


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """(name, the import as a text), for each name that an import binds."""
    origin = "." * statement.level + (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
    for alias in statement.names:
        name = alias.asname or (alias.name if origin else alias.name.split(".")[0])
        yield name, f"{origin}:{alias.name} as {name}"


def _bound_by_lines(source: str) -> Iterator[str]:
    for line in source.split("\n"):
        found = _BINDING_LINE.match(line)
        if found is None:
            continue
        for name in ("function", "kind", "value"):
            if found[name]:
                yield found[name]
        for each in (found["imported"] or "").split(","):
            words = each.split("#")[0].strip(" ()\\").split(" as ")
            if words[-1].strip():
                yield words[-1].strip().split(".")[0]
