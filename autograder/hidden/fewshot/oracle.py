"""reference/ as functions of numpy arrays, so that checks can compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reference import prototypical


def on_arrays(function: Callable[..., Any], *arrays: np.ndarray) -> Any:
    """`function` of the arrays in float64, as arrays again."""
    return _array(function(*(_tensor(array) for array in arrays)))


def gradients(function: Callable[..., torch.Tensor], *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The gradients of a scalar function with respect to each array."""
    inputs = [_tensor(array).requires_grad_() for array in arrays]
    found = torch.autograd.grad(function(*inputs), inputs)
    return tuple(gradient.numpy() for gradient in found)


def episode_loss(support_x: Any, support_y: Any, query_x: Any, query_y: Any) -> torch.Tensor:
    """The loss of an episode whose inputs are their own embeddings."""
    loss: torch.Tensor = prototypical.episode_loss(lambda x: x, support_x, support_y, query_x, query_y)[0]
    return loss


def _tensor(array: np.ndarray) -> torch.Tensor:
    array = np.asarray(array)
    return torch.from_numpy(array.astype(np.float64 if array.dtype.kind == "f" else np.int64))


def _array(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_array(each) for each in value)
    return value.detach().numpy()
