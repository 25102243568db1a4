"""Syntax trees: what a node is, and copies of it with one thing changed."""

from __future__ import annotations

import ast
import copy


def with_field(node: ast.expr, name: str, value: object) -> ast.expr:
    """Return a copy of `node`, with another `value` in its field `name`."""
    other = copy.deepcopy(node)
    setattr(other, name, value)
    return other


def with_items(node: ast.expr, name: str, at: int, *items: ast.AST, instead_of: int = 1) -> ast.expr:
    """Return a copy of `node`, with `items` in its list `name`, in place of `instead_of` items from place `at` on."""
    mine = list(getattr(node, name))
    mine[at : at + instead_of] = items
    return with_field(node, name, copy.deepcopy(mine))


def method(node: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """Return the call node.name(arguments)."""
    return ast.Call(ast.Attribute(copy.deepcopy(node), name, ast.Load()), list(arguments), [])


def called(node: ast.expr) -> str:
    """Return the last name of what a call calls; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def whole(node: ast.expr | None) -> int | None:
    """Return the value of an integer constant, with or without a minus; None for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole(node.operand)
        return None if inner is None else -inner
    return None


def renamed(node: ast.expr, other: str) -> ast.expr:
    """Return a copy of a call, of another function or method."""
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Attribute):
        return with_field(node, "func", ast.Attribute(copy.deepcopy(node.func.value), other, ast.Load()))
    return with_field(node, "func", ast.Name(other, ast.Load()))
