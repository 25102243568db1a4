"""reference/ as functions of numpy arrays, so that checks can compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def on_arrays(function: Callable[..., Any], *arrays: Any) -> Any:
    """`function` of the arrays (floating ones in float64), as arrays again."""
    return _array(function(*(_tensor(each) if isinstance(each, np.ndarray) else each for each in arrays)))


def gradients(function: Callable[..., torch.Tensor], *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The gradients of a scalar function with respect to each array."""
    inputs = [_tensor(array).requires_grad_() for array in arrays]
    return tuple(gradient.numpy() for gradient in torch.autograd.grad(function(*inputs), inputs))


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.float64) if array.dtype.kind == "f" else array)


def _array(value: Any) -> Any:
    return tuple(map(_array, value)) if isinstance(value, tuple) else value.detach().numpy()
