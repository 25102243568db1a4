"""What the simulated device raises."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class SimulationUnavailable(RuntimeError):
    """This torch was not checked with the simulated device, or it is in use already. Nobody's program is at fault."""


class DeviceMismatch(RuntimeError):
    """A tensor lies on another device than CUDA accepts. `tensors` are those that lie wrong."""

    def __init__(self, message: str, tensors: Sequence[torch.Tensor] = ()) -> None:
        super().__init__(message)
        self.tensors = tuple(tensors)


class OnDevice(TypeError):
    """What needs the host's memory was asked of a tensor on the device: numpy, mostly."""

    def __init__(self, message: str, tensors: Sequence[torch.Tensor] = ()) -> None:
        super().__init__(message)
        self.tensors = tuple(tensors)
