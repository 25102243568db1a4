"""Code as a list of normalised statements: what stays the same when somebody renames, reorders or reformats a function.

Of a statement only what it computes counts: names, annotations, docstrings and texts are dropped; attributes, numbers and
operators stay; operands of + and *, of comparisons, and keywords come in one order. So `p = m @ e / m.sum(1)` and
`return (a @ b) / a.sum(1)` are the same statement. Text that is no program is read line by line.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
COMMENT = re.compile(r"^\s*#+ ?(.*)$")
PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.|In \[\d*\]:|\d+[ :|])\s?")
BEHIND_HASH = re.compile(r"#+ ?(.*)$", re.MULTILINE)
COMPUTES = re.compile(
    r"[(\[=@*/+]| - "
)  # a line without any of these computes nothing that could be a secret
HEADERS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
FLIPPED = {ast.Gt: "Lt", ast.GtE: "LtE"}
SYMMETRIC = (ast.Eq, ast.NotEq)


@dataclass(frozen=True)
class Statement:
    """`tree`: its normalised form; `size`: how many parts that has; `names`: attributes and numbers in it."""

    tree: str
    size: int
    names: frozenset[str]


def parsed(source: str) -> ast.Module | None:
    """Return the program that `source` is, as a cell of a notebook may spell it; None where it is none."""
    text = textwrap.dedent(MAGIC.sub("", source))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(body: Iterable[ast.stmt]) -> list[Statement]:
    """Return all statements of a program or function in the order of its text, those of inner blocks and functions too."""
    return [made for node in body for made in _flat(node)]


def statements_of_text(text: str, module: ast.Module | None = None) -> list[Statement]:
    """Return the statements in any text: a program (`module`, where it is parsed already), prose, a listing, an output."""
    module = module or parsed(text)
    if module is not None:
        return statements(module.body)
    found: list[Statement] = []
    for line in _logical_lines(text):
        inner = parsed(_completed(line)) if COMPUTES.search(line) else None
        if inner is not None:
            found.extend(statements(inner.body))
    return found


def comments(source: str) -> str:
    """Return what stands behind hashes: code may be commented out."""
    return "\n".join(match[1] for match in BEHIND_HASH.finditer(source))


def strings(module: ast.Module) -> Iterator[str]:
    """Yield the texts in a program: docstrings, literals, also bytes, and neighbours joined by `+`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield node.value.decode("utf-8", "ignore")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and (joined := _joined(node)):
            yield joined
        elif isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 1:
            parts = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            texts = [part for part in parts if isinstance(part, str)]
            if len(texts) == len(node.elts):  # the lines of something
                yield "\n".join(text.rstrip("\n") for text in texts)


def _joined(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _joined(node.left), _joined(node.right)
        return None if left is None or right is None else left + right
    return None


def _flat(node: ast.stmt) -> Iterator[Statement]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for inner in _without_docstring(node.body):
            yield from _flat(inner)
        return
    if isinstance(node, HEADERS):
        yield from _header(node)
        for block in _blocks(node):
            for inner in block:
                yield from _flat(inner)
        return
    for value in _values(node):
        yield _statement(value)
        yield from (_statement(each.body) for each in ast.walk(value) if isinstance(each, ast.Lambda))


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement, in the order of the text."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ExceptHandler | ast.match_case):
            yield inner.body
        elif isinstance(inner, ast.stmt):
            yield [inner]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_text else body


def _header(node: ast.stmt) -> Iterator[Statement]:
    if isinstance(node, ast.For | ast.AsyncFor):
        yield _statement(node.iter, "for")
    elif isinstance(node, ast.While | ast.If):
        yield _statement(node.test, "if")
    elif isinstance(node, ast.With | ast.AsyncWith):
        yield from (_statement(item.context_expr, "with") for item in node.items)
    elif isinstance(node, ast.Match):
        yield _statement(node.subject, "match")


def _values(node: ast.stmt) -> Iterator[ast.expr]:
    """What a simple statement computes: where it is put does not matter."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr):
        if isinstance(node.value, ast.Tuple):  # `return a, b` is two results
            yield from node.value.elts
        elif node.value is not None:
            yield node.value
    elif isinstance(node, ast.AugAssign):
        yield ast.BinOp(node.target, node.op, node.value)
    elif isinstance(node, ast.Assert):
        yield node.test


def _statement(value: ast.expr, kind: str = "") -> Statement:
    names: set[str] = set()
    tree, size = _norm(value, names)
    return Statement(f"{kind}{tree}", size, frozenset(names))


def _norm(node: ast.AST, names: set[str]) -> tuple[str, int]:
    """(normalised form, number of its parts); attributes and numbers are entered into `names`."""
    if isinstance(node, ast.Name):
        return "_", 1
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str | bytes):
            return "text", 1
        if not isinstance(node.value, bool) and node.value is not None:
            names.add(repr(node.value))
        return repr(node.value), 1
    if isinstance(node, ast.JoinedStr):
        return "text", 1
    if isinstance(node, ast.Attribute):
        inner, size = _norm(node.value, names)
        names.add(node.attr)
        return f"{inner}.{node.attr}", size + 1
    if isinstance(node, ast.Call):
        return _call(node, names)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if isinstance(node.operand, ast.Constant):  # dim=-1 and dim=1
            return _norm(node.operand, names)
        return _joined_by("neg", [_norm(node.operand, names)])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _is_two(node.right):
        names |= {"square"}
        inner, size = _norm(node.left, names)
        return f"square({'' if inner == '_' else inner})", size + 1
    if isinstance(node, ast.BinOp):
        sides = [_norm(node.left, names), _norm(node.right, names)]
        if isinstance(node.op, COMMUTATIVE):
            sides.sort()
        return _joined_by(type(node.op).__name__, sides)
    if isinstance(node, ast.BoolOp):
        return _joined_by(type(node.op).__name__, sorted(_norm(each, names) for each in node.values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _comparison(node, names)
    parts = [_norm(child, names) for child in ast.iter_child_nodes(node) if not _silent(child)]
    return _joined_by(type(node).__name__, parts)


def _call(node: ast.Call, names: set[str]) -> tuple[str, int]:
    """`x.f(y)`, `torch.f(x, y)` and `f(x, y)` are one: bare names say nothing, what they are asked for does."""
    size = 2  # the call, and its name
    given: list[tuple[str, int]] = []
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        names.add(name)
        given.append(_norm(node.func.value, names))
    else:
        name, more = _norm(node.func, names)
        size += more
    given += [_norm(each, names) for each in node.args]
    # axis=1 and dim=1 and a bare 1 are one habit; several keywords come in one order
    given += sorted(_norm(keyword.value, names) for keyword in node.keywords)
    told = [each for each in given if each[0] != "_"]
    if name == "pow" and told and told[-1][0] == "2":
        name, told = "square", told[:-1]
    tree, _ = _joined_by(name, told)
    return tree, size + sum(more for _, more in given)


def _is_two(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 2


def _comparison(node: ast.Compare, names: set[str]) -> tuple[str, int]:
    sides = [_norm(node.left, names), _norm(node.comparators[0], names)]
    operator = type(node.ops[0]).__name__
    if isinstance(node.ops[0], SYMMETRIC):
        sides.sort()
    elif type(node.ops[0]) in FLIPPED:
        operator, sides = FLIPPED[type(node.ops[0])], sides[::-1]
    return _joined_by(operator, sides)


def _joined_by(operator: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
    return f"{operator}({','.join(tree for tree, _ in parts)})", 1 + sum(size for _, size in parts)


def _silent(node: ast.AST) -> bool:
    return isinstance(
        node, ast.expr_context | ast.operator | ast.cmpop | ast.unaryop | ast.arguments
    ) and not (isinstance(node, ast.Not | ast.Invert))


def _logical_lines(text: str) -> Iterator[str]:
    """Lines, joined while a bracket is open (at most ten of them), without prompts, hashes and numbers in front."""
    held: list[str] = []
    for line in text.splitlines():
        bare = PROMPT.sub("", line)
        comment = COMMENT.match(bare)
        bare = (comment[1] if comment else bare).strip().strip("`")
        if not bare:
            continue
        held.append(bare)
        joined = " ".join(held)
        if sum(map(joined.count, "([{")) <= sum(map(joined.count, ")]}")) or len(held) > 10:
            yield joined
            held = []
    if held:
        yield " ".join(held)


def _completed(line: str) -> str:
    """A header gets a body, so that it can be parsed alone."""
    if line.endswith(":"):
        if line.startswith(("elif ", "else", "except", "finally")):
            line = re.sub(r"^(elif )", "if ", line)
        return f"{line} pass"
    return line
