"""What is done to a value on its way into a variable or out of a function: cut off, cast, moved, turned, scaled."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.certify.rewriting import method


def spoiled(value: ast.expr, returned: bool) -> Iterator[tuple[str, ast.expr]]:
    """Yield (operator, what stands there instead) for the value of an assignment, or one that is returned."""
    if isinstance(value, ast.Constant | ast.List | ast.Tuple | ast.Dict):
        return
    yield "detach", method(value, "detach")
    yield "sign", ast.UnaryOp(ast.USub(), copy.deepcopy(value))
    yield "constant", ast.BinOp(ast.Constant(2), ast.Mult(), copy.deepcopy(value))
    if not returned:
        return
    for cast in ("float", "double", "half", "int"):
        yield "dtype", method(value, cast)
    yield "device", method(value, "to", ast.Constant("meta"))
    yield "order", method(value, "flip", ast.Constant(0))
    yield "axis", method(value, "unsqueeze", ast.Constant(0))
    yield "axis", method(value, "squeeze")
    yield "axis", ast.Attribute(copy.deepcopy(value), "mT", ast.Load())
    yield "reduction", method(value, "mean")


def operands(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    """Yield the operation with one of its sides cut off from the graph."""
    for side in ("left", "right"):
        if not isinstance(getattr(node, side), ast.Constant):
            other = copy.deepcopy(node)
            setattr(other, side, method(getattr(node, side), "detach"))
            yield "detach", other


def siblings(function: ast.FunctionDef) -> dict[str, tuple[str, ...]]:
    """Return name -> the names that it is easily taken for: neighbours among the arguments and in unpacked pairs."""
    groups = [
        [argument.arg for argument in function.args.args],
        [each.arg for each in function.args.kwonlyargs],
    ]
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            groups.append([each.id for each in node.targets[0].elts if isinstance(each, ast.Name)])
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        mine = [name for name in group if name not in ("self", "_")]
        for i, name in enumerate(mine):
            beside = mine[max(0, i - 1) : i] + mine[i + 1 : i + 2]
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *beside)))
    return found
