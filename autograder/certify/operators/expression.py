"""How one expression of tensor code goes wrong: named operators, each a small slip that people make.

An operator looks at one node of a syntax tree and yields what could stand there instead. `ast` is enough for this: mutants
are run and shown as a changed line, so nobody needs the original's layout, which a concrete syntax tree would keep.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from autograder.certify.rewriting import called, method, renamed, whole, with_field, with_items

Operator = Callable[[ast.expr], Iterator[ast.expr]]

OPERATORS: dict[str, Operator] = {}

# method or function -> what it is confused with
REDUCTIONS = {
    "sum": ("mean", "prod"),
    "mean": ("sum", "median"),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "max": ("min",),
    "min": ("max",),
    "logsumexp": ("sum",),
    "cross_entropy": ("nll_loss",),
    "softmax": ("log_softmax", "softmin"),
    "log_softmax": ("softmax",),
}
FUNCTIONS = {
    "cat": ("stack",),
    "stack": ("cat",),
    "unique": ("unique_consecutive",),
    "train": ("eval",),
    "eval": ("train",),
    "append": ("extend",),
    "relu": ("abs",),
    "ReLU": ("Identity",),
    "Adam": ("Adadelta",),
    "Conv2d": ("ConvTranspose2d",),
    "MaxPool2d": ("AvgPool2d",),
    "randperm": ("randint",),
}
BY_AXIS = (
    "flatten",
    "unsqueeze",
    "squeeze",
    "softmax",
    "sum",
    "mean",
    "max",
    "argmax",
    "argmin",
    "any",
    "all",
)


def operator(name: str) -> Callable[[Operator], Operator]:
    """Return a decorator that enters a function into the table of operators under `name`."""

    def enter(function: Operator) -> Operator:
        OPERATORS[name] = function
        return function

    return enter


@operator("axis")
def axis(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the call with another dimension, or with none."""
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        dim = whole(keyword.value)
        if keyword.arg != "dim" or dim is None:
            continue
        for other in _other_axes(dim):
            yield with_items(node, "keywords", i, ast.keyword("dim", ast.Constant(other)))
        yield with_items(node, "keywords", i)
    last = len(node.args) - 1
    if called(node) in BY_AXIS and last >= 0 and (dim := whole(node.args[last])) is not None:
        for other in _other_axes(dim):
            yield with_items(node, "args", last, ast.Constant(other))
        if last == 0:
            yield with_items(node, "args", last)


def _other_axes(dim: int) -> tuple[int, ...]:
    return {0: (1,), 1: (0,), 2: (1, 0), -1: (0,)}.get(dim, (0,))


@operator("reduction")
def reduction(node: ast.expr) -> Iterator[ast.expr]:
    """Yield other ways to make one number out of many."""
    for other in REDUCTIONS.get(called(node), ()):
        yield renamed(node, other)
    if called(node) in ("cross_entropy", "nll_loss") and isinstance(node, ast.Call):
        for how in ("sum", "none"):
            yield with_items(node, "keywords", 0, ast.keyword("reduction", ast.Constant(how)), instead_of=0)


@operator("function")
def function(node: ast.expr) -> Iterator[ast.expr]:
    """Yield calls of functions that sound alike."""
    for other in FUNCTIONS.get(called(node), ()):
        yield renamed(node, other)


@operator("keepdim")
def keepdim(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the call without its keepdim, or with one too many."""
    if not isinstance(node, ast.Call):
        return
    names = [keyword.arg for keyword in node.keywords]
    if "keepdim" in names:
        yield with_items(node, "keywords", names.index("keepdim"))
    elif called(node) in ("sum", "mean", "argmax", "argmin", "logsumexp", "amax") and "dim" in names:
        kept = ast.keyword("keepdim", ast.Constant(True))
        yield with_items(node, "keywords", len(names), kept, instead_of=0)


@operator("sign")
def sign(node: ast.expr) -> Iterator[ast.expr]:
    """Yield minus for plus, or the expression without its minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and whole(node) is None:
        yield copy.deepcopy(node.operand)
    yield from _with_operator(node, {ast.Add: (ast.Sub,), ast.Sub: (ast.Add,)})


@operator("arithmetic")
def arithmetic(node: ast.expr) -> Iterator[ast.expr]:
    """Yield neighbouring operations: times for divided by, products element by element, whole quotients."""
    yield from _with_operator(
        node,
        {
            ast.Mult: (ast.Div,),
            ast.Div: (ast.Mult, ast.FloorDiv),
            ast.MatMult: (ast.Mult,),
            ast.Pow: (ast.Mult,),
        },
    )


def _with_operator(
    node: ast.expr, others: dict[type[ast.operator], tuple[type[ast.operator], ...]]
) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        for other in others.get(type(node.op), ()):
            yield with_field(node, "op", other())


@operator("distance")
def distance(node: ast.expr) -> Iterator[ast.expr]:
    """Yield other distances: the root, the absolute value, a higher power."""
    if called(node) == "square" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = node.func.value
        yield method(inner, "abs")
        yield method(inner, "pow", ast.Constant(4))
        yield ast.BinOp(method(inner, "square"), ast.Add(), ast.Constant(1))
    if called(node) == "sum" and isinstance(node, ast.Call) and "square" in ast.unparse(node):
        yield method(node, "sqrt")


@operator("off by one")
def off_by_one(node: ast.expr) -> Iterator[ast.expr]:
    """Yield slices, ranges and indices that begin or end one too early or too late."""
    if isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            bound = getattr(node, end)
            if bound is not None:
                for step in (ast.Add(), ast.Sub()):
                    yield with_field(node, end, _by_one(bound, step))
    elif called(node) in ("range", "randperm") and isinstance(node, ast.Call) and node.args:
        for step in (ast.Add(), ast.Sub()):
            last = len(node.args) - 1
            yield with_items(node, "args", last, _by_one(node.args[last], step))


def _by_one(node: ast.expr, step: ast.operator) -> ast.expr:
    return ast.BinOp(copy.deepcopy(node), step, ast.Constant(1))


@operator("comparison")
def comparison(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the comparison with the boundary on the wrong side, or the other way round."""
    others: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
        ast.GtE: (ast.Gt, ast.LtE, ast.Eq),
        ast.Gt: (ast.GtE, ast.Lt),
        ast.Lt: (ast.LtE, ast.Gt, ast.NotEq),
        ast.LtE: (ast.Lt, ast.GtE),
        ast.Eq: (ast.NotEq, ast.GtE),
        ast.NotEq: (ast.Eq,),
    }
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in others.get(type(node.ops[0]), ()):
            yield with_items(node, "ops", 0, other())


@operator("constant")
def constant(node: ast.expr) -> Iterator[ast.expr]:
    """Yield another number, or the other truth value."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        for other in (node.value + 1, node.value - 1):
            yield ast.Constant(other)
    elif isinstance(node.value, float):
        for factor in (2.0, 0.5):
            yield ast.Constant(node.value * factor)
        if node.value == 0.0:
            yield ast.Constant(1e-3)
