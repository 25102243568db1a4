"""Device checks that autograd makes in C++ for ordinary tensors and leaves out for subclasses.

torch/csrc/autograd/engine.cpp: validate_outputs. A gradient of zero dimensions is moved, any other has to lie where its
tensor lies.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.simulated_cuda.devices import outer
from autograder.simulated_cuda.errors import DeviceMismatch

_make_grads = torch.autograd._make_grads
_apply_backward = torch.autograd.function.BackwardCFunction.apply


def make_grads(outputs: Any, grads: Any, *others: Any, **named: Any) -> Any:
    """Stand in for `torch.autograd._make_grads`: check gradients that are handed to backward() or grad()."""
    for i, (output, gradient) in enumerate(zip(outputs, grads, strict=False)):
        if isinstance(output, Tensor) and isinstance(gradient, Tensor) and gradient.dim() > 0:
            _same(output.device, gradient, i)
    return _make_grads(outputs, grads, *others, **named)


def apply_backward(node: Any, *args: Any) -> Any:
    """Stand in for `BackwardCFunction.apply`: check gradients that a custom autograd.Function returns."""
    found = _apply_backward(node, *args)
    gradients = found if isinstance(found, tuple) else (found,)
    onward = node.next_functions
    if len(gradients) == len(onward):
        for i, (gradient, (following, number)) in enumerate(zip(gradients, onward, strict=True)):
            if following is not None and isinstance(gradient, Tensor) and gradient.dim() > 0:
                _same(outer(following._input_metadata[number].device), gradient, i, node.name())
    return found


def _same(expected: Any, gradient: Tensor, i: int, name: str = "") -> None:
    if gradient.device != expected:
        whose = f"Function {name} returned" if name else "Function returned"
        raise DeviceMismatch(
            f"{whose} an invalid gradient at index {i} - expected device {expected} but got {gradient.device}",
            [gradient],
        )


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (torch.autograd, "_make_grads", make_grads),
    (torch.autograd.function.BackwardCFunction, "apply", apply_backward),
)
