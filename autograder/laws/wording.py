"""Calls and values as a student reads them: the arguments of a counterexample, and a snippet that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.laws import plain_torch
from autograder.laws.vocabulary import described, number, shown
from autograder.model import Call, Fixture, Outcome, Raised, Returned, Student, Tensor

LARGE = 60  # entries of an array that a message still shows
WRITTEN = 120  # entries of an array that a snippet still writes out
Written = dict[str, dict[str, str]]  # argument -> expression -> the variable that holds it


def call_text(call: Call, calls: Iterable[Call] = ()) -> str:
    """Write a call as messages do: arguments by their names, numbers that are passed by keyword as they are.

    calls   all calls of the law: a number in which they differ is written by its name

    >>> call_text(Call("train", {"net": Student("net")}, {"lr": 0.01, "generator": Fixture("generator")}))
    'train(net, lr=0.01, generator=generator)'
    """
    if call.label is not None:
        return call.label
    written = _in_the_call((call, *calls))
    by_name = (
        f"{name}={expression(each) if name in written else name}" for name, each in call.keywords.items()
    )
    return f"{call.function}({', '.join([*call.arguments, *by_name])})"


def _in_the_call(calls: Iterable[Call]) -> set[str]:
    """The keywords that are a number or a text, the same in all calls, and stand in the call itself."""
    first, *others = calls
    if first.label is not None:
        return set()
    plain = {name: each for name, each in first.keywords.items() if isinstance(each, int | float | str)}
    return {name for name, each in plain.items() if all(other.keywords.get(name) == each for other in others)}


def arguments(calls: Iterable[Call]) -> dict[str, str]:
    """Return name -> what a message shows; a second call's arguments appear where they differ from the first's.

    Numbers that all calls get by keyword stand in the call itself.

    >>> arguments([Call("double", {"x": np.ones(2)}), Call("double", {"x": np.zeros(2)})])
    {'x': '[1. 1.]', 'x (call 2)': '[0. 0.]'}
    """
    calls = list(calls)
    written = _in_the_call(calls) if calls else set()
    out: dict[str, str] = {}
    for i, call in enumerate(calls):
        for name, value in {**call.arguments, **call.keywords}.items():
            if call.label is not None and isinstance(value, Student):
                continue  # the label names it
            text = value_text(value)
            if name not in written and out.get(name) != text:
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
        return plain_torch.in_words(value, array_text) or expression(value)
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
        return shown(array, most=LARGE)
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
    if any(array.size > WRITTEN and array.dtype.kind == "f" for call in calls for array in _arrays(call)):
        lines.append("import numpy as np")
    written: Written = {}
    results = []
    for i, call in enumerate(calls):
        suffix = "" if len(calls) == 1 else f"_{i + 1}"
        given = {**call.arguments, **call.keywords}
        bound = {name: _bind(name, value, suffix, lines, written) for name, value in given.items()}
        steps = plain_torch.procedure(call, bound)
        if steps is not None:
            lines.extend(steps)
            continue
        lines.extend(f"{bound[name]}.requires_grad_()" for name in call.gradients)
        by_name = [f"{name}={bound[name]}" for name in call.keywords]
        result = f"result{suffix}"
        lines.append(
            f"{result} = {_target(call)}({', '.join([*(bound[name] for name in call.arguments), *by_name])})"
        )
        lines.extend(_gradient_lines(call, result, bound))
        lines.extend(_look_lines(call, bound))
        results.append(result)
    if results:
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
    mine[text] = variable = f"{name}{suffix}" if mine else name
    made = plain_torch.written(variable, value, lines, expression) if isinstance(value, Fixture) else None
    if made is None and isinstance(value, list):
        made = _batches(variable, value)
    lines.extend(made or [f"{variable} = {text}{_others(value)}"])
    return variable


def _others(value: Any) -> str:
    """A remark where the numbers that the code makes are not those of the message."""
    if isinstance(value, np.ndarray) and not np.array_equal(remade(value), value):
        return "  # of the same shape; the numbers were others"
    return ""


def _batches(name: str, batches: list[Any]) -> list[str] | None:
    """Lines for a list of large arrays: rows that two of them share from the start are shared in the code, too."""
    large = [each for each in batches if isinstance(each, np.ndarray) and each.size > WRITTEN]
    if len(large) < len(batches):
        return None
    first, lines = batches[0], [f"{name} = [{_array(batches[0])}]"]
    for each in batches[1:]:
        most = min(len(first), len(each)) if first.shape[1:] == each.shape[1:] else 0
        alike = next((i for i in range(most) if not np.array_equal(first[i], each[i])), most)
        rest = f"torch.rand({', '.join(map(str, (len(each) - alike, *each.shape[1:])))})"
        shared = f"{name}[0][:{alike}]"
        if alike == len(each):
            lines.append(f"{name}.append({shared})")
        else:
            lines.append(f"{name}.append({f'torch.cat([{shared}, {rest}])' if alike else rest})")
    return lines


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
    watched = [(name, given[name]) for name in call.watch if isinstance(given.get(name), Fixture)]
    return inputs + [line for name, fixture in watched for line in plain_torch.state(bound[name], fixture)]


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
    if array.size <= WRITTEN:
        return f"torch.tensor({_nested(array)}{dtype})"
    # too large to write out: the same shape and dtype show the same law break in most cases
    if array.dtype.kind == "f":
        return f"torch.from_numpy(np.random.default_rng(0).normal(size={array.shape})).to({kind})"
    values = np.unique(array)  # every label as often as any other
    times = -(-array.size // values.size)
    return f"torch.tensor({_nested(values)}{dtype}).repeat({times})[:{array.size}].reshape({array.shape})"


def remade(array: np.ndarray) -> np.ndarray:
    """Return what a snippet makes of an array: the array itself where it writes it out, else one like it.

    >>> remade(np.array([4, 4, 9])), remade(np.repeat([4, 9], 100))[:4]
    (array([4, 4, 9]), array([4, 9, 4, 9]))
    """
    if array.size <= WRITTEN:
        return array
    if array.dtype.kind == "f":
        return np.random.default_rng(0).normal(size=array.shape).astype(array.dtype)
    return np.resize(np.unique(array), array.shape)


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
