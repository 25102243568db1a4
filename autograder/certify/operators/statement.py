"""How a whole statement goes wrong: left out, made twice, made too late, its condition ignored."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence


def statements(body: Sequence[ast.stmt], at: int) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield (operator, what stands in place of body[at] and body[at + 1]); the second differs where the order changes."""
    statement = body[at]
    rest = [copy.deepcopy(each) for each in body[at + 1 : at + 2]]
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Pass):
        return
    yield "dropped statement", [ast.Pass(), *rest]
    if isinstance(statement, ast.Expr | ast.AugAssign):
        yield "repeated statement", [copy.deepcopy(statement), copy.deepcopy(statement), *rest]
    if rest and not isinstance(statement, ast.Return) and not isinstance(rest[0], ast.Return):
        yield "order", [rest[0], copy.deepcopy(statement)]
    if isinstance(statement, ast.If):
        for value in (True, False):
            other = copy.deepcopy(statement)
            other.test = ast.Constant(value)
            yield "condition", [other, *rest]
    if isinstance(statement, ast.For | ast.While):
        once = copy.deepcopy(statement)
        once.body.append(ast.Break())
        yield "loop", [once, *rest]
    if isinstance(statement, ast.Raise) and isinstance(statement.exc, ast.Call):
        other_error = copy.deepcopy(statement)
        assert isinstance(other_error.exc, ast.Call)
        other_error.exc.func = ast.Name("RuntimeError", ast.Load())
        yield "error", [other_error, *rest]
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        yield "detach", [_without_gradients([copy.deepcopy(statement)]), *rest]


def bodies(function: ast.FunctionDef) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield (operator, another body) for the function as a whole; a docstring stays."""
    start = 1 if ast.get_docstring(function) is not None else 0
    head, rest = function.body[:start], function.body[start:]
    yield "detach", [*head, _without_gradients(rest)]
    names = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
    for name in names:
        if name == "generator":
            yield "randomness", [*head, *ast.parse("generator.manual_seed(0)").body, *rest]
            yield "randomness", [*head, *ast.parse("torch.manual_seed(0)").body, *rest]
            yield (
                "randomness",
                [*head, *ast.parse("generator = torch.Generator(); generator.seed()").body, *rest],
            )
            yield "randomness", [*head, *ast.parse("generator = generator.clone_state()").body, *rest]
    for name in names[:2]:
        if name != "self":
            yield "in-place", [*head, *ast.parse(f"{name} -= {name}.min()").body, *rest]


def _without_gradients(body: list[ast.stmt]) -> ast.stmt:
    (block,) = ast.parse("with torch.no_grad():\n    pass").body
    assert isinstance(block, ast.With)
    block.body = body
    return block
