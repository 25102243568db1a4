"""The device that is pretended, and the one that stands behind it.

A CPU build of torch cannot build tensors on `cuda`: autograd would ask for a CUDA guard that is not there and abort. So C++
is told `meta:0`, which needs no guard, and Python is told `cuda:0`. A program's own meta tensors have no index (`meta`),
so the two are never confused.
"""

from __future__ import annotations

from typing import Any

import torch

CUDA = torch.device("cuda", 0)
INNER = torch.device("meta", 0)
CPU = torch.device("cpu")

INVALID_ORDINAL = "CUDA error: invalid device ordinal"  # what the CUDA runtime says of a second GPU


def outer(device: Any) -> torch.device | None:
    """Return the device as the program sees it: "cuda", "cuda:0", 0 and the inner one are all cuda:0; None stays None.

    Raises RuntimeError for a second GPU, as CUDA does (docs: "CUDA semantics", torch.cuda.set_device).
    """
    if device is None:
        return None
    if isinstance(device, int) and not isinstance(device, bool):
        device = torch.device("cuda", device)
    elif not isinstance(device, torch.device):
        device = torch.device(device)
    if device == INNER:
        return CUDA
    if device.type == "cuda":
        if device.index not in (None, 0):
            raise RuntimeError(INVALID_ORDINAL)
        return CUDA
    return device


def inner(device: Any) -> torch.device | None:
    """Return the device as C++ may see it."""
    found = outer(device)
    return INNER if found == CUDA else found


def named(text: str) -> str:
    """Return a message of torch with the inner device's name replaced by the pretended one's."""
    return (
        text.replace(str(INNER), str(CUDA))
        .replace("device meta", "device cuda:0")
        .replace("'meta'", "'cuda'")
    )
