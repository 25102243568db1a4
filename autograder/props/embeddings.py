"""Embeddings that are no networks: `embed` is any callable that maps a batch of inputs to embeddings."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def unchanged() -> Callable[[Tensor], Tensor]:
    """The identity: inputs (n, d) are their own embeddings (n, d)."""

    def embed(x: Tensor) -> Tensor:
        return x.clone()

    return embed


def linear_map(weight: Tensor) -> Callable[[Tensor], Tensor]:
    """x (n, d) -> x W (n, e), with `weight` W (d, e)."""

    def embed(x: Tensor) -> Tensor:
        return torch.matmul(x, weight)

    return embed
