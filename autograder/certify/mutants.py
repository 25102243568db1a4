"""Mutants of the source notebook's solutions: each differs from it by one slip that a named operator made."""

from __future__ import annotations

import ast
import copy
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.certify import statements, values
from autograder.certify.operators import BY_AXIS, OPERATORS, called
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
    """All mutants of all solutions that are code, each once."""
    cells = [cell for cell in notebook.code if cell.solution and not cell.grade and cell.grade_id]
    return tuple(mutant for cell in cells for mutant in of_cell(cell))


def of_cell(cell: Cell) -> tuple[Mutant, ...]:
    tree = ast.parse(cell.source)
    original = ast.unparse(tree)
    seen = {original}
    names: Counter[tuple[str, ...]] = Counter()
    found = []
    for function, operator, other in _all(tree):
        try:
            text = ast.unparse(ast.fix_missing_locations(other))
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
        return _lines(gone), f"moved behind {after[after.index(came[0]) - 1].strip()}"
    where = "at the start" if front.endswith('"""') or not front else f"behind {front.strip()}"
    return _lines(gone) or where, _lines(came) or "nothing"


def _lines(lines: list[str]) -> str:
    """Without indentation; of many lines, the first and the last."""
    mine = [line.strip() for line in lines if line.strip()]
    return "\n".join(mine if len(mine) <= 3 else [mine[0], "...", mine[-1]])


def _all(tree: ast.Module) -> Iterator[tuple[str, str, ast.Module]]:
    for name, function in _functions(tree, ""):
        for operator, other in _of_function(tree, function):
            yield name, operator, other


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods; a function in a function belongs to the outer one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _of_function(tree: ast.Module, function: ast.FunctionDef) -> Iterator[tuple[str, ast.Module]]:
    parents = {id(child): node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    beside = values.siblings(function)
    for node in _code(function):
        if isinstance(node, ast.expr):
            for operator, other in _of_expression(node, parents[id(node)], beside):
                yield operator, _replaced(tree, node, parents[id(node)], other)
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and isinstance(node, ast.stmt):
                yield from _of_body(tree, node, name, body)
    for operator, whole in statements.bodies(function):
        yield operator, _with_body(tree, function, "body", whole)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run: no annotations, no docstrings, no texts with values in them (messages)."""
    yield node
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and isinstance(node, Functions | ast.arg):
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


def _of_body(tree: ast.Module, node: ast.stmt, name: str, body: list[ast.stmt]) -> Iterator[tuple[str, ast.Module]]:
    for at, statement in enumerate(body):
        if _is_text(statement):
            continue
        for operator, changed in statements.statements(body, at):
            yield operator, _with_body(tree, node, name, [*body[:at], *changed, *body[at + 2 :]])


def _with_body(tree: ast.Module, node: ast.stmt, name: str, body: list[ast.stmt]) -> ast.Module:
    other, twin = _copy(tree, node)
    setattr(twin, name, copy.deepcopy(body))
    return other


def _replaced(tree: ast.Module, node: ast.expr, parent: ast.AST, by: ast.expr) -> ast.Module:
    other, twin = _copy(tree, parent)
    for name, field in ast.iter_fields(parent):
        if field is node:
            setattr(twin, name, by)
        elif isinstance(field, list):
            setattr(twin, name, [by if mine is node else its for mine, its in zip(field, getattr(twin, name), strict=True)])
    return other


def _copy(tree: ast.Module, node: ast.AST) -> tuple[ast.Module, ast.AST]:
    """A copy of the tree, and the copy of `node` in it."""
    memo: dict[int, ast.AST] = {}
    other = copy.deepcopy(tree, memo)
    return other, memo[id(node)]
