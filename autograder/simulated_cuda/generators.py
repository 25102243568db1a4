"""Random numbers on the device.

docs, torch.Generator: "device: the desired device for the generator"; an operator asks for a generator of its own device
(ATen/core/Generator.h: check_generator). Without a generator the device draws from the CPU's global one, deliberately:
a program then draws the same numbers on both devices, and its losses can be compared.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch

from autograder.simulated_cuda.devices import CUDA, outer

_native = torch._C.Generator


class _OnCuda(_native):  # type: ignore[misc, valid-type]
    device = CUDA

    def clone_state(self) -> Any:
        other = _made()
        other.set_state(self.get_state())
        return other


_made_here: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def _made() -> Any:
    generator = _OnCuda()
    _made_here[generator._cdata] = generator  # type: ignore[attr-defined]
    return generator


def on_cuda(generator: Any) -> bool:
    """Ask whether a generator belongs to the device. C++ hands back another Python object each time: its address decides."""
    return generator._cdata in _made_here


class _Both(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _native)


class Generator(metaclass=_Both):
    """torch.Generator"""

    def __new__(cls, device: Any = "cpu") -> Any:
        return _made() if outer(device) == CUDA else _native(device)


def check(generator: Any, *, cuda: bool) -> None:
    """Raise what torch raises where a generator is not on the device that an operator asks for."""
    if on_cuda(generator) != cuda:
        wanted, found = ("cuda", "cpu") if cuda else ("cpu", "cuda")
        raise RuntimeError(f"Expected a '{wanted}' device type for generator but found '{found}'")
