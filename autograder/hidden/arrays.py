"""Functions of reference/ as functions of numpy arrays, so that checks can compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder import fixtures
from autograder.model import Fixture


def on_arrays(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return what `function` gives for the arrays (floating ones in float64), as arrays again."""
    return _array(function(*(_tensor(each) if isinstance(each, np.ndarray) else each for each in arrays)))


def gradients(function: Callable[..., torch.Tensor], *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the gradients of a scalar function with respect to each array."""
    inputs = [_tensor(array).requires_grad_() for array in arrays]
    return tuple(gradient.numpy() for gradient in torch.autograd.grad(function(*inputs), inputs))


def embedded(embed: Fixture, x: np.ndarray) -> np.ndarray:
    """Return what the fixture `embed` makes of inputs, in float64."""
    given = {
        name: _tensor(each) if isinstance(each, np.ndarray) else each
        for name, each in embed.parameters.items()
    }
    with torch.no_grad():
        found: np.ndarray = fixtures.build(embed.kind, **given)(_tensor(x)).numpy()
    return found


def _tensor(array: np.ndarray) -> torch.Tensor:
    wide = {"f": np.float64, "i": np.int64}.get(array.dtype.kind, array.dtype)
    return torch.from_numpy(array.astype(wide))


def _array(value: Any) -> Any:
    return tuple(map(_array, value)) if isinstance(value, tuple) else value.detach().numpy()
