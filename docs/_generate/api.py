"""Functions and classes as they stand in the code, written in MyST's directives for Python."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from docs._generate.docstrings import to_markdown, without_examples


def entry(module: str, name: str, value: Any, *, with_examples: bool = True) -> str:
    """Write one function or class with its docstring, and a class with its public methods."""
    said = _docstring(value)
    body = to_markdown(said if with_examples else without_examples(said))
    if inspect.isclass(value):
        text = "\n\n".join(filter(None, [body, *_methods(value)]))
        return _directive("class", f"{module}.{name}{_signature(value)}", text, colons=4)
    return _directive("function", f"{module}.{name}{_signature(value)}", body)


def lines_of(module: ModuleType) -> dict[str, int]:
    """Return the line in which a module defines each function, class and constant."""
    tree = ast.parse(inspect.getsource(module))
    found = {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found | {name: node.lineno for name, node in _assigned(tree).items()}


def value_of(module: ModuleType, name: str) -> str:
    """Return what a module assigns to a name, as its file writes it."""
    return ast.unparse(_assigned(ast.parse(inspect.getsource(module)))[name].value)


def _assigned(tree: ast.Module) -> dict[str, ast.Assign]:
    nodes = [node for node in tree.body if isinstance(node, ast.Assign)]
    return {node.targets[0].id: node for node in nodes if isinstance(node.targets[0], ast.Name)}


def defined(module: ModuleType) -> list[str]:
    """Return the public functions and classes that a module defines itself, in the order of its file."""
    tree = ast.parse(inspect.getsource(module))
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [node.name for node in nodes if not node.name.startswith("_")]


def summary(module: ModuleType) -> str:
    """Return the first sentence of a module."""
    return " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())


def _methods(value: type) -> Iterator[str]:
    """Write the public methods and properties that have a docstring of their own."""
    for name, member in vars(value).items():
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if name.startswith("_") or not getattr(function, "__doc__", None):
            continue
        if isinstance(function, property):
            yield _directive("property", name, to_markdown(_docstring(function)))
        elif inspect.isfunction(function):
            yield _directive(
                "method", f"{name}{_signature(function, bound=True)}", to_markdown(_docstring(function))
            )


def _directive(kind: str, signature: str, body: str, colons: int = 3) -> str:
    fence = ":" * colons
    return f"{fence}{{py:{kind}}} {signature}\n\n{body}\n{fence}"


def _docstring(value: Any) -> str:
    """Return what was written: a dataclass or a named tuple without a docstring makes up one of its signature."""
    said = inspect.cleandoc(value.__doc__ or "")
    return "" if inspect.isclass(value) and said.startswith(f"{value.__name__}(") else said


def _signature(value: Any, *, bound: bool = False) -> str:
    """Return the signature as the file writes it, without the `self` of a method."""
    try:
        signature = inspect.signature(value)
    except ValueError:
        return ""
    parameters = [
        each for each in signature.parameters.values() if not (bound and each.name in ("self", "cls"))
    ]
    returned = inspect.Signature.empty if inspect.isclass(value) else signature.return_annotation
    text = str(signature.replace(parameters=parameters, return_annotation=returned))
    text = re.sub(r"<[^<>]*(?:<\w+>)?[^<>]* at 0x[0-9a-f]+>", "...", text)  # a default that is an object
    return re.sub(r"(: |-> )(['\"])(.*?)\2(?=[,)=\s]|$)", r"\1\3", text)  # annotations are kept as texts
