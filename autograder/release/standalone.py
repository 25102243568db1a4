"""A solution that needs no other: one exercise's code together with copies of what it uses of the others."""

from __future__ import annotations

import ast
from collections.abc import Mapping


def alone(exercise: str, solutions: Mapping[str, str]) -> str:
    """Return the code of one exercise, with the functions of other exercises that it needs under names of its own.

    solutions  exercise -> code of its solution cell

    The copies come first and are called _EXERCISE_NAME, so that the other exercises stay unsolved.
    """
    trees = {name: ast.parse(code) for name, code in solutions.items()}
    defined = {name: _defined(tree) for name, tree in trees.items()}
    needed = _needed(exercise, trees, defined)
    own = {name: f"_{exercise}_{name}" for other in needed for name in defined[other]}
    parts = [ast.unparse(_Renamed(own).visit(trees[name])) for name in (*needed, exercise)]
    return "\n\n\n".join(parts) + "\n"


def _defined(tree: ast.Module) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in tree.body if isinstance(node, kinds)}


def _used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _needed(exercise: str, trees: Mapping[str, ast.Module], defined: Mapping[str, set[str]]) -> list[str]:
    """The exercises whose functions `exercise` uses, directly or through others, those needed first in front."""
    found: list[str] = []

    def visit(name: str) -> None:
        for other in trees:
            if other not in (name, exercise) and other not in found and _used(trees[name]) & defined[other]:
                visit(other)
                if other not in found:
                    found.append(other)

    visit(exercise)
    return found


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)
