"""Mutants of the source notebook's solutions: each differs from it by one slip that a named operator made."""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.certify.operators import form  # noqa: F401 - enters its operators
from autograder.certify.operators import statement as statements
from autograder.certify.operators import value as values
from autograder.certify.operators.expression import BY_AXIS, OPERATORS
from autograder.certify.rewriting import called
from autograder.model import Cell, Notebook

Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """`place` is what stood there, `becomes` what stands there now: lines as `ast.unparse` writes them, so that neither
    layout nor comments nor anything elsewhere changes the name of a mutant. `nth` counts those that are called the same.
    """

    exercise: str
    function: str
    operator: str
    place: str
    becomes: str
    nth: int
    source: str

    @property
    def name(self) -> str:
        again = f" (number {self.nth})" if self.nth > 1 else ""
        return f"{self.function}, {self.operator}: {self.place} -> {self.becomes}{again}".replace("\n", "; ")


def of_notebook(notebook: Notebook) -> tuple[Mutant, ...]:
    """Return all mutants of all solutions that are code, each once."""
    cells = [cell for cell in notebook.code if cell.solution and not cell.grade and cell.grade_id]
    return tuple(mutant for cell in cells for mutant in of_cell(cell))


def of_cell(cell: Cell) -> tuple[Mutant, ...]:
    """Return all mutants of one solution cell, each once; those that do not compile are left out."""
    tree = ast.parse(cell.source)
    original = ast.unparse(tree)
    seen = {original}
    names: Counter[tuple[str, ...]] = Counter()
    found = []
    for function, operator in _all(tree):
        try:
            text = ast.unparse(tree)
            compile(text, "<mutant>", "exec")
        except (SyntaxError, ValueError):
            continue  # not even a program
        if text in seen:
            continue
        seen.add(text)
        key = (function, operator, *_difference(original, text))
        names[key] += 1
        found.append(Mutant(str(cell.grade_id), *key, names[key], text))
    return tuple(found)


def _difference(original: str, text: str) -> tuple[str, str]:
    """What was taken away and what was put there; where nothing was taken away, the line in front of it."""
    before, after = original.splitlines(), text.splitlines()
    gone: list[str] = []
    came: list[str] = []
    front = ""
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            front = front if gone or came else before[j - 1]
            continue
        gone += before[i:j]
        came += after[k:m]
    if sorted(gone) == sorted(came):
        front = after[after.index(came[0]) - 1]
        return _lines(gone), f"now {_behind(front)}"
    return _lines(gone) or _behind(front), _lines(came) or "nothing"


def _behind(line: str) -> str:
    return "at the start" if line.endswith('"""') or not line else f"behind {line.strip()}"


def _lines(lines: list[str]) -> str:
    """Without indentation; of many lines, the first and the last."""
    mine = [line.strip() for line in lines if line.strip()]
    return "\n".join(mine if len(mine) <= 3 else [mine[0], "...", mine[-1]])


def _all(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(function, operator) of each slip, with the slip made in the tree for as long as it is looked at."""
    for name, function in _functions(tree, ""):
        for operator in _of_function(function):
            yield name, operator


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods; a function in a function belongs to the outer one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _of_function(function: ast.FunctionDef) -> Iterator[str]:
    parents = {id(child): node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    beside = values.siblings(function)
    for node in list(_code(function)):
        if isinstance(node, ast.expr):
            for operator, other in _of_expression(node, parents[id(node)], beside):
                with _instead(parents[id(node)], node, other):
                    yield operator
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and isinstance(node, ast.stmt):
                yield from _of_body(node, name, body)
    for operator, whole in statements.bodies(function):
        with _as_body(function, "body", whole):
            yield operator


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run: no annotations, no docstrings, no texts with values in them (messages)."""
    yield node
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and isinstance(
            node, Functions | ast.arg
        ):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.JoinedStr) or not isinstance(child, ast.AST) or _is_text(child):
                continue
            yield from _code(child)


def _is_text(node: ast.AST) -> bool:
    inner = node.value if isinstance(node, ast.Expr) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, str)


def _of_expression(
    node: ast.expr, parent: ast.AST, beside: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, ast.expr]]:
    for name, operator in OPERATORS.items():
        if name == "constant" and _is_axis(node, parent):
            continue
        for other in operator(node):
            yield name, other
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.MatMult):
        yield from values.operands(node)
    if isinstance(parent, ast.Assign) and node is parent.value:
        yield from values.spoiled(node, returned=False)
    if isinstance(parent, ast.Return):
        yield from values.spoiled(node, returned=True)
        if isinstance(node, ast.Tuple):
            for i, item in enumerate(node.elts):
                for name, other in values.spoiled(item, returned=True):
                    yield name, ast.Tuple([*node.elts[:i], other, *node.elts[i + 1 :]], ast.Load())
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other_name in beside.get(node.id, ()):
            yield "wrong name", ast.Name(other_name, ast.Load())


def _is_axis(node: ast.expr, parent: ast.AST) -> bool:
    return (isinstance(parent, ast.keyword) and parent.arg == "dim") or (
        isinstance(parent, ast.Call) and called(parent) in BY_AXIS and node in parent.args
    )


def _of_body(node: ast.stmt, name: str, body: list[ast.stmt]) -> Iterator[str]:
    for at, statement in enumerate(body):
        if _is_text(statement):
            continue
        for operator, changed in statements.statements(body, at):
            with _as_body(node, name, [*body[:at], *changed, *body[at + 2 :]]):
                yield operator


@contextmanager
def _as_body(node: ast.stmt, name: str, body: list[ast.stmt]) -> Iterator[None]:
    before = getattr(node, name)
    setattr(node, name, body)
    try:
        yield
    finally:
        setattr(node, name, before)


@contextmanager
def _instead(parent: ast.AST, node: ast.expr, by: ast.expr) -> Iterator[None]:
    """`by` in the place of `node`, wherever the parent keeps it."""
    fields = {name: value for name, value in ast.iter_fields(parent) if value is node or _holds(value, node)}
    for name, value in fields.items():
        setattr(parent, name, by if value is node else [by if each is node else each for each in value])
    try:
        yield
    finally:
        for name, value in fields.items():
            setattr(parent, name, value)


def _holds(value: object, node: ast.AST) -> bool:
    return isinstance(value, list) and any(each is node for each in value)
