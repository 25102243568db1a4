"""Calls and values as a student reads them: the arguments of a counterexample, and a snippet that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.laws.vocabulary import described, number, shown
from autograder.model import Call, Fixture, Outcome, Raised, Returned, Student, Tensor

LARGE = 60  # entries of an array that a snippet still writes out
Written = dict[str, dict[str, str]]  # argument -> expression -> the variable that holds it


def arguments(calls: Iterable[Call]) -> dict[str, str]:
    """Return name -> what a message shows; a second call's arguments appear where they differ from the first's.

    >>> arguments([Call("double", {"x": np.ones(2)}), Call("double", {"x": np.zeros(2)})])
    {'x': '[1. 1.]', 'x (call 2)': '[0. 0.]'}
    """
    out: dict[str, str] = {}
    for i, call in enumerate(calls):
        for name, value in {**call.arguments, **call.keywords}.items():
            text = value_text(value)
            if out.get(name) != text:
                out[name if name not in out else f"{name} (call {i + 1})"] = text
    return out


def value_text(value: Any) -> str:
    r"""Write an argument as messages do: a fixture as its expression, arrays as `array_text` has them.

    >>> value_text([2, Student("embed")])
    '2\nyour embed'
    """
    if isinstance(value, np.ndarray):
        return array_text(value)
    if isinstance(value, Fixture):
        return expression(value)
    if isinstance(value, Student):
        return f"your {value.name}"
    if isinstance(value, list | tuple):
        return "\n".join(value_text(each) for each in value)
    if isinstance(value, Mapping):
        return f"{len(value)} tensors: {', '.join(map(str, value))}"[:300]
    return repr(value)


def array_text(array: np.ndarray) -> str:
    """Write the entries of a small array; of a large one, and of images, what can be said in a line.

    >>> array_text(np.array([1.0, 2.0])), array_text(np.zeros((8, 1, 28, 28), np.float32))
    ('[1. 2.]', 'shape (8, 1, 28, 28), float32, from 0 to 0')
    """
    if array.size <= LARGE and array.ndim <= 2:
        return shown(array)
    low, high = float(array.min()), float(array.max())
    return f"shape {array.shape}, {array.dtype.name}, from {number(low)} to {number(high)}"


def outcome_text(outcome: Outcome) -> str:
    """Say in words what came of a call.

    >>> outcome_text(Returned(0.5)), outcome_text(Raised("ValueError", "no labels", "line 3"))
    ('the float 0.5', 'raised ValueError: no labels (line 3)')
    """
    if isinstance(outcome, Returned):
        return returned_text(outcome.value)
    if isinstance(outcome, Raised):
        place = f" ({outcome.where})" if outcome.where else ""
        return f"raised {outcome.type}: {outcome.message}{place}"
    return type(outcome).__name__


def returned_text(value: Any) -> str:
    """Write a returned value as messages do.

    >>> returned_text(Tensor(np.array([1.0, 2.0]), "float64")), returned_text(0.5)
    ('[1. 2.]', 'the float 0.5')
    """
    if isinstance(value, Tensor):
        return shown(value.array) if value.array.ndim <= 2 else described(value)
    if isinstance(value, tuple | list) and len(value) <= 4:
        return "\n".join(returned_text(each) for each in value)
    return described(value)


def snippet(calls: tuple[Call, ...]) -> str:
    """Write Python that makes the calls again when pasted behind the notebook's cells.

    >>> print(snippet((Call("double", {"x": np.array([1.0, 2.0])}),)))
    import torch
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    result = double(x)
    print(result)
    """
    if calls and calls[0].paste is not None:
        return calls[0].paste
    lines = ["import torch"]
    if any(array.size > LARGE and array.dtype.kind == "f" for call in calls for array in _arrays(call)):
        lines.append("import numpy as np")
    written: Written = {}
    results = []
    for i, call in enumerate(calls):
        suffix = "" if len(calls) == 1 else f"_{i + 1}"
        given = {**call.arguments, **call.keywords}
        bound = {name: _bind(name, value, suffix, lines, written) for name, value in given.items()}
        lines.extend(f"{bound[name]}.requires_grad_()" for name in call.gradients)
        by_name = [f"{name}={bound[name]}" for name in call.keywords]
        result = f"result{suffix}"
        lines.append(
            f"{result} = {_target(call)}({', '.join([*(bound[name] for name in call.arguments), *by_name])})"
        )
        lines.extend(_gradient_lines(call, result, bound))
        lines.extend(_look_lines(call, bound))
        results.append(result)
    lines.append(
        f"print({', '.join(results)})" if len(results) <= 4 else f"print({results[0]}, {results[-1]})"
    )
    if any("fixtures." in line for line in lines):
        lines.insert(1, "from autograder import fixtures")
    return "\n".join(lines)


def _target(call: Call) -> str:
    procedure = call.function.removeprefix("fixtures:")
    return call.function if procedure == call.function else f"fixtures.PROCEDURES[{procedure!r}]"


def _bind(name: str, value: Any, suffix: str, lines: list[str], written: Written) -> str:
    """A variable for an array or a fixture (that of an earlier call where it is the same), a literal for the rest."""
    text = expression(value)
    if not isinstance(value, np.ndarray | Fixture | list):
        return text
    mine = written.setdefault(name, {})
    if text in mine and not isinstance(value, Fixture):  # a fixture has a state: each call gets its own
        return mine[text]
    mine[text] = f"{name}{suffix}" if mine else name
    lines.append(f"{mine[text]} = {text}")
    return mine[text]


def _gradient_lines(call: Call, result: str, bound: Mapping[str, str]) -> list[str]:
    if not call.gradients:
        return []
    out = result if call.output is None else f"{result}[{call.output}]"
    names = ", ".join(bound[name] for name in call.gradients)
    weights = "" if call.cotangent is None else f" * {expression(call.cotangent)}"
    return [f"print(torch.autograd.grad(({out}{weights}).sum(), [{names}], allow_unused=True))"]


def _look_lines(call: Call, bound: Mapping[str, str]) -> list[str]:
    """What the call was watched for: arguments that may not change, the state of a fixture."""
    given = {**call.arguments, **call.keywords}
    arrays = [bound[name] for name, value in call.arguments.items() if isinstance(value, np.ndarray)]
    inputs = [f"print({', '.join(arrays)})  # still as above?"] if "inputs" in call.watch and arrays else []
    watched = [name for name in call.watch if isinstance(given.get(name), Fixture)]
    return inputs + [f"print(fixtures.state_of({bound[name]}))" for name in watched]


def expression(value: Any) -> str:
    """Write Python for a value.

    >>> expression(np.array([[1.0, 2.0]], np.float32)), expression(Student("embed")), expression((1, 0.5))
    ('torch.tensor([[1.0, 2.0]], dtype=torch.float32)', 'embed', '(1, 0.5,)')
    """
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Fixture):
        return _fixture(value)
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


def _fixture(fixture: Fixture) -> str:
    if fixture.kind == "unchanged":
        return "lambda x: x"
    if fixture.kind == "generator" and not fixture.parameters.get("advanced"):
        return f"torch.Generator().manual_seed({fixture.parameters['seed']})"
    given = "".join(f", {name}={expression(each)}" for name, each in fixture.parameters.items())
    return f"fixtures.build({fixture.kind!r}{given})"


def _array(array: np.ndarray) -> str:
    kind = f"torch.{array.dtype.name}"
    if not array.size:
        return f"torch.zeros({array.shape}, dtype={kind})"
    dtype = "" if array.dtype == np.int64 else f", dtype={kind}"
    if array.size <= LARGE:
        return f"torch.tensor({_nested(array)}{dtype})"
    # too large to write out: the same shape and dtype show the same law break in most cases
    if array.dtype.kind == "f":
        return f"torch.from_numpy(np.random.default_rng(0).normal(size={array.shape})).to({kind})"
    values = np.unique(array)  # every label as often as any other
    times = -(-array.size // values.size)
    return f"torch.tensor({_nested(values)}{dtype}).repeat({times})[:{array.size}].reshape({array.shape})"


def _nested(array: np.ndarray) -> str:
    if array.ndim == 0:
        return str(
            array.item() if array.dtype == np.float64 else array[()]
        )  # float32 in its own, shorter digits
    return "[" + ", ".join(_nested(each) for each in array) + "]"


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """All arrays in a call, an argument, a fixture's parameters."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Call):
        yield from _arrays({"positional": value.arguments, "by name": value.keywords})
    elif isinstance(value, Fixture):
        yield from _arrays(value.parameters)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _arrays(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _arrays(each)
