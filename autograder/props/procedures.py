"""Calls of a student's network class that take more than one step: make it, set its mode, embed, look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def embed_images(
    network: Callable[[], nn.Module], images: list[Tensor], train_first: bool = False
) -> dict[str, Any]:
    """Makes one network, puts it into evaluation mode and embeds every batch of `images` with it.

    With `train_first` the network first sees a batch in training mode, so that running statistics are not at their
    start. Returns {"embeddings": [one tensor per batch], "modified": whether a batch was changed}.
    """
    net = make(network, 0)
    if train_first:
        _train_once(net, images[0])
    net.eval()
    before = [batch.clone() for batch in images]
    with torch.no_grad():
        embeddings = [net(batch) for batch in images]
    changed = any(not torch.equal(a, b) for a, b in zip(before, images, strict=True))
    return {"embeddings": embeddings, "modified": changed}


def embed_with_state(
    network: Callable[[], nn.Module], images: Tensor, state: Mapping[str, Tensor] | None = None
) -> dict[str, Any]:
    """Embeds `images` with a network that was loaded with `state`, or, where none is given, with the state of
    another network of the same class that has seen a batch in training mode.

    Returns {"embeddings": of the loaded network, "original": of the other one, or None}.
    """
    original = None
    if state is None:
        teacher = make(network, 0)
        _train_once(teacher, images)
        with torch.no_grad():
            original = teacher.eval()(images)
        state = teacher.state_dict()
    net = make(network, 1)
    net.load_state_dict(dict(state), strict=True)
    net.eval()
    with torch.no_grad():
        embeddings = torch.cat([net(part) for part in images.split(500)])
    return {"embeddings": embeddings, "original": original}


def network_facts(network: Callable[[], nn.Module], images: Tensor) -> dict[str, Any]:
    """What one pass in training mode shows: which parameters took part in the graph, what the gradient looks like.

    Returns {"module": whether it is an nn.Module, "parameters": names, "without_gradient": names}.
    """
    net = make(network, 0)
    if not isinstance(net, nn.Module):
        return {"module": False, "parameters": [], "without_gradient": []}
    with _apart(0):
        net.train()(images).sum().backward()  # type: ignore[no-untyped-call]
    named = [(name, value) for name, value in net.named_parameters() if value.requires_grad]
    return {
        "module": True,
        "parameters": [name for name, _ in net.named_parameters()],
        "without_gradient": [name for name, value in named if value.grad is None],
    }


def make(network: Callable[[], nn.Module], seed: int) -> nn.Module:
    """A network whose random initialisation is the same each time."""
    with _apart(seed):
        return network()


def _train_once(net: nn.Module, like: Tensor) -> None:
    """One pass of noise in training mode, which moves running statistics."""
    with _apart(7), torch.no_grad():
        net.train()(torch.rand((max(8, len(like)), *like.shape[1:])))


@contextmanager
def _apart(seed: int) -> Iterator[None]:
    """Initialisation and dropout draw from torch's global generator: the same each time, and no trace of it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
