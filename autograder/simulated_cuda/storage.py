"""Storages that say they lie on cuda:0: what torch.save writes and torch.load restores.

`torch.serialization` marks a storage with its device's name and asks for `storage.to(device=...)` when it is loaded
(torch/serialization.py: location_tag, _deserialize).
"""

from __future__ import annotations

from typing import Any

import torch

from autograder.simulated_cuda.devices import CUDA, outer


class CudaStorage(torch.UntypedStorage):
    """The memory of a device tensor: the very storage of its `elem`, with another class."""

    device = property(lambda self: CUDA)  # type: ignore[assignment]
    is_cuda = property(lambda self: True)  # type: ignore[assignment]

    @classmethod
    def of(cls, memory: torch.UntypedStorage) -> CudaStorage:
        """Turn `memory` itself into a storage that says it lies on the device; no CPU tensor may share it."""
        memory.__class__ = cls
        return memory  # type: ignore[return-value]

    def cpu(self) -> torch.UntypedStorage:
        """Return a copy on the CPU."""
        copied = torch.UntypedStorage(self.nbytes())
        copied.copy_(self)
        return copied

    def get_device(self) -> int:
        """Return the device's number, 0."""
        return 0


def to(storage: Any, *, device: Any, non_blocking: bool = False) -> Any:
    """Stand in for `torch.UntypedStorage.to`."""
    if outer(device) != CUDA:
        return storage.cpu() if isinstance(storage, CudaStorage) else storage
    if isinstance(storage, CudaStorage):
        return storage
    copied = torch.UntypedStorage(storage.nbytes())
    copied.copy_(storage)
    return CudaStorage.of(copied)


def cuda(storage: Any, device: Any = None, non_blocking: bool = False) -> Any:
    """Stand in for `torch.UntypedStorage.cuda`."""
    return to(storage, device="cuda" if device is None else device)
