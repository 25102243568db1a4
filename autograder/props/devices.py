"""Calls that are made where there is a GPU: a simulated one, or in a jail that admits it the machine's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.props.procedures import make
from autograder.simulated_cuda import Statistics, simulated_cuda
from autograder.simulated_cuda.dispatch import HEAVY

DEVICE = "FEWLABELS_DEVICE"  # "cuda" in the environment of a jail that admits the machine's GPU


class RealGpu(TorchDispatchMode):
    """The machine's own GPU; counts what runs there, as `simulated_cuda` does."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Statistics()

    def __enter__(self) -> Statistics:  # type: ignore[override]
        super().__enter__()
        return self.seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        heavy = func in HEAVY
        if any(isinstance(each, Tensor) and each.is_cuda for each in args):
            self.seen.on_device += 1
            self.seen.heavy_on_device += heavy
        else:
            self.seen.heavy_on_cpu += heavy
        return found


def gpu() -> AbstractContextManager[Statistics]:
    """Inside, torch has a GPU."""
    return RealGpu() if os.environ.get(DEVICE) == "cuda" else simulated_cuda()


def train_near_a_gpu(
    train: Callable[..., Any], net: nn.Module, images: Tensor, labels: Tensor, **settings: Any
) -> dict[str, Any]:
    """`train(net, images, labels, **settings)` on a machine with a GPU.

    Returns {"losses": what it returned, "products_on_gpu", "products_on_cpu": matrix products and convolutions that ran
    there}; where the network ended, its watched state tells.
    """
    with gpu() as seen:
        losses = train(net, images, labels, **settings)
        return {
            "losses": losses,
            "products_on_gpu": seen.heavy_on_device,
            "products_on_cpu": seen.heavy_on_cpu,
        }


def embed_on_a_gpu(network: Callable[[], nn.Module], images: list[Tensor]) -> dict[str, Any]:
    """Embeds batches with one network in evaluation mode: on the CPU, and after `net.to("cuda")` on a GPU.

    Returns {"embeddings": on the GPU, "on_cpu": on the CPU, "devices": where the former lay}.
    """
    net = make(network, 0).eval()
    with torch.no_grad():
        on_cpu = [net(batch) for batch in images]
        with gpu():
            net.to("cuda")
            found = [net(batch.to("cuda")) for batch in images]
            devices = [each.device.type if isinstance(each, Tensor) else "" for each in found]
            embeddings = [each.cpu() if isinstance(each, Tensor) else each for each in found]
    return {"embeddings": embeddings, "on_cpu": on_cpu, "devices": devices}
