"""Random generators whose state a check decides."""

from __future__ import annotations

import torch


def generator(seed: int, advanced: int = 0) -> torch.Generator:
    """A CPU generator that has already drawn `advanced` numbers: a program that reseeds it shows itself."""
    source = torch.Generator()
    source.manual_seed(seed)
    if advanced:
        torch.rand(advanced, generator=source)
    return source
