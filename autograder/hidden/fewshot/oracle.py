"""The loss of reference/ on inputs that are their own embeddings."""

from __future__ import annotations

from typing import Any

import torch

from reference import prototypical


def episode_loss(support_x: Any, support_y: Any, query_x: Any, query_y: Any) -> torch.Tensor:
    """Return the loss of an episode whose inputs are their own embeddings."""
    loss: torch.Tensor = prototypical.episode_loss(lambda x: x, support_x, support_y, query_x, query_y)[0]
    return loss
