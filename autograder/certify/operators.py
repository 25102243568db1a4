"""How one expression of tensor code goes wrong: named operators, each a small slip that people make.

An operator looks at one node of a syntax tree and yields what could stand there instead. `ast` is enough for this: mutants
are run and shown as a changed line, so nobody needs the original's layout, which a concrete syntax tree would keep.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

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
IN_PLACE = ("square", "sub", "add", "mul", "div", "neg", "exp", "log", "clamp", "sqrt", "abs", "softmax")
BY_AXIS = ("flatten", "unsqueeze", "squeeze", "softmax", "sum", "mean", "max", "argmax", "argmin", "any", "all")
CASTS = ("float", "double", "half", "long", "int", "bool")


def operator(name: str) -> Callable[[Operator], Operator]:
    def enter(function: Operator) -> Operator:
        OPERATORS[name] = function
        return function

    return enter


def changed(node: ast.expr, change: Callable[[ast.expr], None]) -> ast.expr:
    """A copy of `node`, changed."""
    other = copy.deepcopy(node)
    change(other)
    return other


def method(node: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """node.name(arguments)"""
    return ast.Call(ast.Attribute(copy.deepcopy(node), name, ast.Load()), list(arguments), [])


def called(node: ast.expr) -> str:
    """The last name of what a call calls; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def whole(node: ast.expr | None) -> int | None:
    """The value of an integer constant, with or without a minus."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole(node.operand)
        return None if inner is None else -inner
    return None


@operator("axis")
def axis(node: ast.expr) -> Iterator[ast.expr]:
    """Another dimension, or none."""
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        dim = whole(keyword.value)
        if keyword.arg != "dim" or dim is None:
            continue
        for other in _other_axes(dim):
            yield changed(node, lambda n, i=i, other=other: setattr(n.keywords[i], "value", ast.Constant(other)))  # type: ignore[misc]
        yield changed(node, lambda n, i=i: n.keywords.pop(i))  # type: ignore[misc]
    last = len(node.args) - 1
    if called(node) in BY_AXIS and last >= 0 and (dim := whole(node.args[last])) is not None:
        for other in _other_axes(dim):
            yield changed(node, lambda n, other=other: n.args.__setitem__(last, ast.Constant(other)))  # type: ignore[misc]
        if last == 0:
            yield changed(node, lambda n: n.args.clear())


def _other_axes(dim: int) -> tuple[int, ...]:
    return {0: (1,), 1: (0,), 2: (1, 0), -1: (0,)}.get(dim, (0,))


@operator("reduction")
def reduction(node: ast.expr) -> Iterator[ast.expr]:
    """Another way to make one number out of many."""
    for other in REDUCTIONS.get(called(node), ()):
        yield _renamed(node, other)
    if called(node) in ("cross_entropy", "nll_loss") and isinstance(node, ast.Call):
        for how in ("sum", "none"):
            yield changed(node, lambda n, how=how: n.keywords.append(ast.keyword("reduction", ast.Constant(how))))  # type: ignore[misc]


@operator("function")
def function(node: ast.expr) -> Iterator[ast.expr]:
    """A function that sounds alike."""
    for other in FUNCTIONS.get(called(node), ()):
        yield _renamed(node, other)


def _renamed(node: ast.expr, other: str) -> ast.expr:
    def change(n: ast.expr) -> None:
        assert isinstance(n, ast.Call)
        if isinstance(n.func, ast.Attribute):
            n.func.attr = other
        else:
            n.func = ast.Name(other, ast.Load())

    return changed(node, change)


@operator("keepdim")
def keepdim(node: ast.expr) -> Iterator[ast.expr]:
    """keepdim forgotten, or too much."""
    if not isinstance(node, ast.Call):
        return
    names = [keyword.arg for keyword in node.keywords]
    if "keepdim" in names:
        yield changed(node, lambda n: n.keywords.pop(names.index("keepdim")))  # type: ignore[attr-defined]
    elif called(node) in ("sum", "mean", "argmax", "argmin", "logsumexp", "amax") and "dim" in names:
        yield changed(node, lambda n: n.keywords.append(ast.keyword("keepdim", ast.Constant(True))))  # type: ignore[attr-defined]


@operator("sign")
def sign(node: ast.expr) -> Iterator[ast.expr]:
    """Minus for plus, or a forgotten minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and whole(node) is None:
        yield copy.deepcopy(node.operand)
    yield from _with_operator(node, {ast.Add: (ast.Sub,), ast.Sub: (ast.Add,)})


@operator("arithmetic")
def arithmetic(node: ast.expr) -> Iterator[ast.expr]:
    """Times for divided by, products element by element, whole quotients."""
    yield from _with_operator(
        node, {ast.Mult: (ast.Div,), ast.Div: (ast.Mult, ast.FloorDiv), ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,)}
    )


def _with_operator(
    node: ast.expr, others: dict[type[ast.operator], tuple[type[ast.operator], ...]]
) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        for other in others.get(type(node.op), ()):
            yield changed(node, lambda n, other=other: setattr(n, "op", other()))  # type: ignore[misc]


@operator("distance")
def distance(node: ast.expr) -> Iterator[ast.expr]:
    """Another distance: its root, its absolute value, a higher power."""
    if called(node) == "square" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = node.func.value
        yield method(inner, "abs")
        yield method(inner, "pow", ast.Constant(4))
        yield ast.BinOp(method(inner, "square"), ast.Add(), ast.Constant(1))
    if called(node) == "sum" and isinstance(node, ast.Call) and "square" in ast.unparse(node):
        yield method(node, "sqrt")


@operator("off by one")
def off_by_one(node: ast.expr) -> Iterator[ast.expr]:
    """A slice, a range or an index that begins or ends one too early or too late."""
    if isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            bound = getattr(node, end)
            if bound is not None:
                for step in (ast.Add(), ast.Sub()):
                    yield changed(node, lambda n, end=end, step=step: setattr(n, end, _by_one(getattr(n, end), step)))  # type: ignore[misc]
    elif called(node) in ("range", "randperm") and isinstance(node, ast.Call) and node.args:
        for step in (ast.Add(), ast.Sub()):
            yield changed(node, lambda n, step=step: n.args.__setitem__(-1, _by_one(n.args[-1], step)))  # type: ignore[misc]


def _by_one(node: ast.expr, step: ast.operator) -> ast.expr:
    return ast.BinOp(copy.deepcopy(node), step, ast.Constant(1))


@operator("comparison")
def comparison(node: ast.expr) -> Iterator[ast.expr]:
    """The boundary on the wrong side, or the other way round."""
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
            yield changed(node, lambda n, other=other: n.ops.__setitem__(0, other()))  # type: ignore[misc]


@operator("constant")
def constant(node: ast.expr) -> Iterator[ast.expr]:
    """Another number, the other truth value."""
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


@operator("dtype")
def dtype(node: ast.expr) -> Iterator[ast.expr]:
    """A fixed dtype where the input's was to be kept."""
    if called(node) in ("to", *CASTS) and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if called(node) == "to" and "device" in ast.unparse(node.args[0] if node.args else node):
            return
        for cast in ("float", "double", "long"):
            yield method(node.func.value, cast)


@operator("device")
def device(node: ast.expr) -> Iterator[ast.expr]:
    """A device written into the code."""
    if called(node) in ("to", "cuda", "cpu") and isinstance(node, ast.Call) and "device" in ast.unparse(node):
        for where in ("cpu", "cuda"):
            yield changed(node, lambda n, where=where: n.args.__setitem__(0, ast.Constant(where)))  # type: ignore[misc]


@operator("dropped call")
def dropped_call(node: ast.expr) -> Iterator[ast.expr]:
    """A call in a chain forgotten: x.f(...) is x, and f(x, ...) is x."""
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
    """Two things in each other's place: arguments, factors, items of a list or a pair."""
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        for i in range(len(node.args) - 1):
            yield changed(node, lambda n, i=i: _swap(n.args, i))  # type: ignore[misc]
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) >= 2:
        for i in range(len(node.elts) - 1):
            yield changed(node, lambda n, i=i: _swap(n.elts, i))  # type: ignore[misc]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Div):
        yield ast.BinOp(copy.deepcopy(node.right), copy.deepcopy(node.op), copy.deepcopy(node.left))


def _swap(items: list[ast.expr], i: int) -> None:
    items[i], items[i + 1] = items[i + 1], items[i]


@operator("in-place")
def in_place(node: ast.expr) -> Iterator[ast.expr]:
    """The operation that writes into its input."""
    if called(node) in IN_PLACE and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if not _is_module(node.func.value):
            yield _renamed(node, called(node) + "_")
    names = {ast.Sub: "sub_", ast.Add: "add_", ast.Mult: "mul_", ast.Div: "div_"}
    if isinstance(node, ast.BinOp) and type(node.op) in names:
        yield method(node.left, names[type(node.op)], copy.deepcopy(node.right))


@operator("randomness")
def randomness(node: ast.expr) -> Iterator[ast.expr]:
    """The global generator, or one that always starts anew, in place of the one that was handed over."""
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        if keyword.arg == "generator":
            yield changed(node, lambda n, i=i: n.keywords.pop(i))  # type: ignore[misc]
            fresh = ast.parse("torch.Generator().manual_seed(0)", mode="eval").body
            yield changed(node, lambda n, i=i: setattr(n.keywords[i], "value", fresh))  # type: ignore[misc]


@operator("index")
def index(node: ast.expr) -> Iterator[ast.expr]:
    """The index forgotten, or only its first entry taken."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield copy.deepcopy(node.value)
        if isinstance(node.slice, ast.Slice):
            yield changed(node, lambda n: _other_side(n.slice))  # type: ignore[attr-defined]


def _other_side(part: ast.Slice) -> None:
    part.lower, part.upper = part.upper, part.lower
