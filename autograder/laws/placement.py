"""The law that a result lies where its inputs lie: on the GPU for inputs there, on the CPU for inputs here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.laws.vocabulary import Law, Violation, close, described, first, function, values
from autograder.laws.wording import snippet
from autograder.model import Call, Fixture, Student

DEVICES = ("cuda", "cpu")


def follows_its_inputs(
    call: Call, within: float | np.ndarray, what: str, *, output: int | None = None
) -> Law:
    """Make the law that the result of a `call` lies on the device of its inputs, and is what it is without a GPU.

    The call is made on a machine with a GPU, with all arrays and networks there, and once more with all of them on the CPU.
    Its check has to say `gpu=True`.

    within   how far the entries may differ
    what     what messages call the result
    output   which item of a returned tuple is meant; None: the value itself

    >>> from autograder.model import Tensor
    >>> law = follows_its_inputs(function("double", "x")(np.ones(1)), 1e-12, "double")
    >>> two = Tensor(np.array([2.0]), "float64")
    >>> right, moved = ({"value": two, "devices": [place]} for place in ("cuda", "cpu"))
    >>> law.judge(right, moved, two) is None
    True
    >>> law.judge(moved, moved, two).message
    'With the inputs on "cuda", double lies on "cpu".'
    """

    def judge(on_gpu: Any, on_cpu: Any, plain: Any) -> Violation | None:
        found = zip(DEVICES, (on_gpu, on_cpu), strict=True)
        broken = [
            _broken(out, device, plain, within, what, output, i) for i, (device, out) in enumerate(found)
        ]
        return first(*broken)

    return Law((*(_near_a_gpu(call, device) for device in DEVICES), call), judge)


def _broken(
    out: Any, device: str, plain: Any, within: float | np.ndarray, what: str, output: int | None, number: int
) -> Violation | None:
    """What is wrong with the result for inputs on `device`; `number` says which call it was."""
    place = out["devices"][output or 0]
    if place != device:
        says = f'With the inputs on "{device}", {what} lies on "{place}".'
        return Violation(says, f'{what} on "{place}"', f'on "{device}", as the inputs', call=number)
    mine, wanted = (values(each if output is None else each[output]) for each in (out["value"], plain))
    if np.array_equal(mine, wanted, equal_nan=True):  # NaN on all devices: another law's affair
        return None
    why = f', as without a GPU (inputs on "{device}")'
    broken = close(mine, wanted, within, what, why=why, call=number)
    return broken and replace(broken, against=len(DEVICES))  # the call without a GPU, of the student's own


def _near_a_gpu(call: Call, device: str) -> Call:
    """The call on a machine that has a GPU, with its inputs on `device`."""

    def form(out: Any, _: Call) -> Violation | None:
        devices = out.get("devices") if isinstance(out, dict) else None
        if not isinstance(devices, list) or not devices:
            return Violation("The function cannot be called near a GPU.", described(out), "what it returns")
        return call.form(out.get("value"), call) if call.form is not None else None  # type: ignore[no-any-return]

    near = function("fixtures:call_near_a_gpu", "function", "device", *call.arguments, form=form)
    made = near(Student(call.function), device, *call.arguments.values())
    label = f'{call} with its inputs on "{device}", on a machine with a GPU'
    return replace(made, label=label, paste=_pasted(call))


def _pasted(call: Call) -> str:
    """Python that makes the call on a simulated GPU, with its inputs there and with its inputs on the CPU."""
    before = snippet((call,)).splitlines()[:-2]
    placed = [
        f"{name}.to(device)" if _moves(value) else name if isinstance(value, Fixture) else repr(value)
        for name, value in call.arguments.items()
    ]
    return "\n".join(
        [
            *before,
            "from autograder.simulated_cuda import simulated_cuda",
            "with simulated_cuda():  # a pretended GPU, with CUDA's rules",
            f"    for device in {DEVICES}:",
            f"        print(device, {call.function}({', '.join(placed)}))",
        ]
    )


def _moves(value: Any) -> bool:
    """Arrays and networks have a device; other fixtures are functions."""
    return isinstance(value, np.ndarray) or (isinstance(value, Fixture) and value.kind.endswith("_net"))
