"""What torch's types leave open: a gradient that is there, and a part of a network as what it is."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


def gradient(of: Tensor) -> Tensor:
    """Return the gradient of a leaf, of the same shape; fails where none has arrived."""
    assert of.grad is not None
    return of.grad


def part(net: nn.Module, path: str) -> Any:
    """Return the part of a network at a path as in its state dict: "blocks.0.1"."""
    return net.get_submodule(path)
