"""Calls and values as a student reads them: the arguments of a counterexample, and a snippet that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.laws import described, number, shown
from autograder.model import Call, Outcome, Prop, Raised, Returned, Student, Tensor

LARGE = 60  # entries of an array that a snippet still writes out
FLOATS = {"float32": "torch.float32", "float64": "torch.float64"}


def arguments(calls: Iterable[Call]) -> dict[str, str]:
    """name -> what a message shows; a second call's arguments appear where they differ from the first's."""
    out: dict[str, str] = {}
    for i, call in enumerate(calls):
        for name, value in {**call.arguments, **call.keywords}.items():
            text = value_text(value)
            if out.get(name) != text:
                out[name if name not in out else f"{name} (call {i + 1})"] = text
    return out


def value_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        note = "" if value.size <= LARGE else f" (shape {value.shape})"
        return shown(value) + note
    if isinstance(value, Prop):
        return expression(value)
    if isinstance(value, Student):
        return f"your {value.name}"
    if isinstance(value, list | tuple):
        return ", ".join(value_text(each) for each in value)
    return repr(value)


def outcome_text(outcome: Outcome) -> str:
    """What a call came to, in words."""
    if isinstance(outcome, Returned):
        return returned_text(outcome.value)
    if isinstance(outcome, Raised):
        place = f" ({outcome.where})" if outcome.where else ""
        return f"raised {outcome.type}: {outcome.message}{place}"
    return type(outcome).__name__


def returned_text(value: Any) -> str:
    if isinstance(value, Tensor):
        return shown(value.array)
    if isinstance(value, tuple | list) and len(value) <= 4:
        return "\n".join(returned_text(each) for each in value)
    return described(value)


def snippet(calls: tuple[Call, ...]) -> str:
    """Python that makes the calls again when pasted behind the notebook's cells."""
    lines = ["import torch"]
    if any(_uses_props(call) for call in calls):
        lines.append("from autograder import props")
    if any(_is_large(call) for call in calls):
        lines.append("import numpy as np")
    written: dict[str, str] = {}
    results = []
    for i, call in enumerate(calls):
        suffix = "" if len(calls) == 1 else f"_{i + 1}"
        given = [_bind(name, value, suffix, lines, written) for name, value in call.arguments.items()]
        given += [
            f"{name}={_bind(name, value, suffix, lines, written)}" for name, value in call.keywords.items()
        ]
        lines.extend(f"{_known(name, suffix, written)}.requires_grad_()" for name in call.gradients)
        result = f"result{suffix}"
        target = (
            call.function
            if not call.function.startswith("props:")
            else f"props.PROCEDURES[{call.function[6:]!r}]"
        )
        lines.append(f"{result} = {target}({', '.join(given)})")
        lines.extend(_gradient_lines(call, result, suffix, written))
        results.append(result)
    lines.append(
        f"print({', '.join(results)})" if len(results) <= 4 else f"print({results[0]}, {results[-1]})"
    )
    return "\n".join(lines)


def _bind(name: str, value: Any, suffix: str, lines: list[str], written: dict[str, str]) -> str:
    """A variable for an array or a prop (one of an earlier call where it is the same), a literal for the rest."""
    text = expression(value)
    if not isinstance(value, np.ndarray | Prop | list):
        return text
    if not isinstance(value, Prop) and text in written.values():
        return next(known for known, each in written.items() if each == text)
    variable = name if name not in written else f"{name}{suffix}"
    written[variable] = text
    lines.append(f"{variable} = {text}")
    return variable


def _known(name: str, suffix: str, written: Mapping[str, str]) -> str:
    return f"{name}{suffix}" if f"{name}{suffix}" in written else name


def _gradient_lines(call: Call, result: str, suffix: str, written: Mapping[str, str]) -> list[str]:
    if not call.gradients:
        return []
    out = result if call.output is None else f"{result}[{call.output}]"
    names = [_known(name, suffix, written) for name in call.gradients]
    weights = "" if call.cotangent is None else f" * {expression(call.cotangent)}"
    return [f"print(torch.autograd.grad(({out}{weights}).sum(), [{', '.join(names)}], allow_unused=True))"]


def expression(value: Any) -> str:
    """Python for a value."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Prop):
        given = "".join(f", {name}={expression(each)}" for name, each in value.parameters.items())
        return f"props.build({value.kind!r}{given})"
    if isinstance(value, Student):
        return value.name
    if isinstance(value, list | tuple):
        inner = ", ".join(expression(each) for each in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {expression(each)}" for key, each in value.items()) + "}"
    if isinstance(value, float):
        return number(value)
    return repr(value)


def _array(array: np.ndarray) -> str:
    dtype = (
        ""
        if array.dtype == np.int64
        else f", dtype={FLOATS.get(array.dtype.name, 'torch.' + array.dtype.name)}"
    )
    if array.size > LARGE:
        # too large to write out: the same shape and dtype show the same law break in most cases
        if array.dtype.kind == "f":
            return f"torch.from_numpy(np.random.default_rng(0).normal(size={array.shape})).to({dtype.split('=')[1]})"
        low, high = int(array.min()), int(array.max())
        return f"torch.from_numpy(np.random.default_rng(0).integers({low}, {high + 1}, size={array.shape}))"
    return f"torch.tensor({_nested(array)}{dtype})" if array.size else f"torch.zeros({array.shape}{dtype})"


def _nested(array: np.ndarray) -> str:
    if array.ndim == 0:
        return str(int(array)) if array.dtype.kind in "iu" else repr(float(array))
    return "[" + ", ".join(_nested(each) for each in array) + "]"


def _uses_props(call: Call) -> bool:
    values = [*call.arguments.values(), *call.keywords.values()]
    return call.function.startswith("props:") or any(isinstance(value, Prop) for value in values)


def _is_large(call: Call) -> bool:
    values = [*call.arguments.values(), *call.keywords.values()]
    return any(isinstance(value, np.ndarray) and value.size > LARGE for value in values)
