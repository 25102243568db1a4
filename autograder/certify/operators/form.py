"""More operators: values of the right formula that arrive in the wrong form, at the wrong place, or from the wrong source."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.certify.operators.expression import operator
from autograder.certify.rewriting import called, method, renamed, with_field, with_items

IN_PLACE = ("square", "sub", "add", "mul", "div", "neg", "exp", "log", "clamp", "sqrt", "abs", "softmax")
CASTS = ("float", "double", "half", "long", "int", "bool")


@operator("dtype")
def dtype(node: ast.expr) -> Iterator[ast.expr]:
    """Yield a fixed dtype where the input's was to be kept."""
    if called(node) in ("to", *CASTS) and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if called(node) == "to" and "device" in ast.unparse(node.args[0] if node.args else node):
            return
        for cast in ("float", "double", "long"):
            yield method(node.func.value, cast)


@operator("device")
def device(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the call with a device written into the code."""
    if called(node) in ("to", "cuda", "cpu") and isinstance(node, ast.Call) and "device" in ast.unparse(node):
        for where in ("cpu", "cuda"):
            yield with_items(node, "args", 0, ast.Constant(where))


@operator("dropped call")
def dropped_call(node: ast.expr) -> Iterator[ast.expr]:
    """Leave out a call in a chain: x.f(...) becomes x, and f(x, ...) becomes x."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield copy.deepcopy(node.func.value)
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield copy.deepcopy(node.args[0])


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("torch", "F", "nn", "np", "math")


@operator("order")
def order(node: ast.expr) -> Iterator[ast.expr]:
    """Exchange two things: arguments, factors, items of a list or a pair."""
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        for i in range(len(node.args) - 1):
            yield with_items(node, "args", i, node.args[i + 1], node.args[i], instead_of=2)
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) >= 2:
        for i in range(len(node.elts) - 1):
            yield with_items(node, "elts", i, node.elts[i + 1], node.elts[i], instead_of=2)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Div):
        yield ast.BinOp(copy.deepcopy(node.right), copy.deepcopy(node.op), copy.deepcopy(node.left))


@operator("in-place")
def in_place(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the operation that writes into its input."""
    if called(node) in IN_PLACE and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if not _is_module(node.func.value):
            yield renamed(node, called(node) + "_")
    names = {ast.Sub: "sub_", ast.Add: "add_", ast.Mult: "mul_", ast.Div: "div_"}
    if isinstance(node, ast.BinOp) and type(node.op) in names:
        yield method(node.left, names[type(node.op)], copy.deepcopy(node.right))


@operator("randomness")
def randomness(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the global generator, or one that always starts anew, in place of the one that was handed over."""
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        if keyword.arg == "generator":
            yield with_items(node, "keywords", i)
            fresh = ast.parse("torch.Generator().manual_seed(0)", mode="eval").body
            yield with_items(node, "keywords", i, ast.keyword("generator", fresh))


@operator("index")
def index(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expression without its index, or with only the first entry of it."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield copy.deepcopy(node.value)
        if isinstance(node.slice, ast.Slice):
            yield with_field(node, "slice", ast.Slice(node.slice.upper, node.slice.lower, node.slice.step))
