"""Answers one call: builds its arguments, calls the student's function, reports what was asked for."""

from __future__ import annotations

import builtins
import linecache
import random
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import numpy as np
import torch

from autograder import fixtures
from autograder.model import Call, Fixture, Missing, Raised, Returned, Student, Tensor
from autograder.sandbox.outcomes import MESSAGE_CAP
from autograder.sandbox.transport import PROCEDURE
from autograder.sandbox.wire import NAME_CAP
from autograder.sandbox.worker.plain import to_plain

UNREADABLE = "(its message could not be read)"
# Python 3.13's own name for code that breaks off, which nobody has read of: a SyntaxError
_INCOMPLETE = getattr(builtins, "_IncompleteInputError", None)


def answer(call: Call, namespace: Mapping[str, Any]) -> Returned | Raised | Missing:
    """Make one call of the student's function. Never raises for what the student's code does.

    Only KeyboardInterrupt goes through, which belongs to the person.
    """
    function = _resolve(call.function, namespace)
    if isinstance(function, Missing):
        return function
    for name in _students(call):
        if name not in namespace:
            return Missing(name)
    generators = _Generators() if "generators" in call.watch else None
    try:
        built = _Arguments(call, namespace)
        value = function(*built.positional, **built.keyword)
        gradients = _gradients(call, value, built) if call.gradients else {}
        return Returned(
            to_plain(value),
            {name: to_plain(gradient) for name, gradient in gradients.items()},
            built.modified() if "inputs" in call.watch else (),
            generators.touched() if generators else (),
            {
                name: to_plain(fixtures.state_of(built.named[name]))
                for name in call.watch
                if name in built.named
            }
            if call.watch
            else {},
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return raised(error, namespace)
    finally:
        if generators is not None:
            generators.restore()


def raised(error: BaseException, namespace: Mapping[str, Any]) -> Raised:
    """Describe an exception in plain words, whatever its class makes of `__str__`, `__name__` or `__traceback__`."""
    try:
        return Raised(_type_name(type(error)), _message(error), _where(error.__traceback__, namespace))
    except BaseException:
        return Raised(_type_name(type(error)), UNREADABLE)


def _type_name(kind: type) -> str:
    if kind is _INCOMPLETE:
        kind = SyntaxError
    return str.__str__(type.__dict__["__name__"].__get__(kind))[:NAME_CAP]


def _resolve(name: str, namespace: Mapping[str, Any]) -> Callable[..., Any] | Missing:
    if name.startswith(PROCEDURE):
        return fixtures.PROCEDURES[name.removeprefix(PROCEDURE)]
    if name not in namespace:
        return Missing(name)
    function = namespace[name]
    if not callable(function):
        return Missing(name, f"is of type {type(function).__name__}, not a function")
    return function  # type: ignore[no-any-return]


def _students(call: Call) -> list[str]:
    values = [*call.arguments.values(), *call.keywords.values()]
    return [value.name for value in values if isinstance(value, Student)]


class _Arguments:
    """The arguments of a call, built anew, and copies of the arrays to compare with afterwards."""

    def __init__(self, call: Call, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._watched = "inputs" in call.watch
        self._copies: dict[str, torch.Tensor] = {}
        self.named: dict[str, Any] = {}
        self.positional = [self._build(name, value, call) for name, value in call.arguments.items()]
        self.keyword = {name: self._build(name, value, call) for name, value in call.keywords.items()}

    def _build(self, name: str, value: Any, call: Call) -> Any:
        built = self._value(value)
        if isinstance(built, torch.Tensor):
            if self._watched:
                self._copies[name] = built.clone()
            if name in call.gradients:
                built.requires_grad_(True)
        self.named[name] = built
        return built

    def _value(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            value = value.array
        if isinstance(value, np.ndarray):
            return torch.from_numpy(np.array(value, order="C"))
        if type(value) in (int, float, bool, str):
            return value
        if isinstance(value, Fixture):
            return fixtures.build(
                value.kind, **{name: self._value(each) for name, each in value.parameters.items()}
            )
        if isinstance(value, Student):
            return self._namespace[value.name]
        if isinstance(value, list | tuple):
            return type(value)(self._value(each) for each in value)
        if isinstance(value, Mapping):
            return {key: self._value(each) for key, each in value.items()}
        return value

    def modified(self) -> tuple[str, ...]:
        def same(name: str) -> bool:
            now = self.named[name].detach()
            return now.shape == self._copies[name].shape and torch.equal(now, self._copies[name])

        return tuple(name for name in self._copies if not same(name))


def _gradients(call: Call, value: Any, built: _Arguments) -> dict[str, torch.Tensor | None]:
    out = value if call.output is None else value[call.output]
    if not isinstance(out, torch.Tensor):
        raise TypeError(f"a tensor was expected as output, got {type(out).__name__}")
    if not out.requires_grad:
        return dict.fromkeys(call.gradients)
    cotangent = (
        torch.ones_like(out) if call.cotangent is None else torch.from_numpy(np.array(call.cotangent)).to(out)
    )
    wanted = [built.named[name] for name in call.gradients]
    found = torch.autograd.grad(out, wanted, cotangent, allow_unused=True)
    return dict(zip(call.gradients, found, strict=True))


class _Generators:
    """Puts the global random generators into a state of its own, to see whether a call reads or reseeds them."""

    MARK = 0x5EED_FACE

    def __init__(self) -> None:
        self._found = self._states()
        torch.default_generator.manual_seed(self.MARK)  # torch.manual_seed visits every kind of device
        np.random.seed(self.MARK)
        random.seed(self.MARK)
        self._marked = self._states()

    @staticmethod
    def _states() -> tuple[torch.Tensor, Any, Any]:
        return torch.get_rng_state(), np.random.get_state(), random.getstate()

    def touched(self) -> tuple[str, ...]:
        """Which of them the call touched."""
        marked, now = self._marked, self._states()
        seen = {
            "torch": not torch.equal(marked[0], now[0]),
            "numpy": not (np.array_equal(marked[1][1], now[1][1]) and marked[1][2:] == now[1][2:]),
            "random": marked[2] != now[2],
        }
        return tuple(name for name, touched in seen.items() if touched)

    def restore(self) -> None:
        """Puts all back where they were found: in a student's own kernel they are the student's."""
        torch.set_rng_state(self._found[0])
        np.random.set_state(self._found[1])
        random.setstate(self._found[2])


def _message(error: BaseException) -> str:
    try:
        return "".join(str(error)[:MESSAGE_CAP])
    except BaseException:
        return UNREADABLE


def _where(trace: TracebackType | None, namespace: Mapping[str, Any]) -> str | None:
    """The innermost line that stands in the notebook itself."""
    for frame, number in reversed(list(traceback.walk_tb(trace))):
        if frame.f_globals is namespace:
            line = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
            return f"line {number} of its cell: {line}"[:200] if line else f"line {number} of its cell"
    return None
