"""What student code returned, as values that may travel. Anything unknown becomes the name of its type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch

from autograder.model import Opaque, Tensor
from autograder.sandbox.wire import DTYPES, MAX_DIMENSIONS, NAME_CAP, PAYLOAD_CAP

_TORCH_NAMES = {getattr(torch, name): name for name in DTYPES}
ITEMS_CAP = 10_000
TEXT_CAP = 10_000
DEPTH_CAP = 12


def to_plain(value: Any) -> Any:
    """Return `value` with tensors and arrays as `Tensor`, and as `Opaque` whatever is unknown, too large or too deep.

    The arrays share their memory with `value`: they are encoded before student code runs again.
    """
    return _Plain().convert(value, 0)


class _Plain:
    """One value's share of what a frame can hold."""

    def __init__(self) -> None:
        self.items = ITEMS_CAP
        self.bytes = PAYLOAD_CAP // 2

    def convert(self, value: Any, depth: int) -> Any:
        self.items -= 1
        if depth > DEPTH_CAP:
            return Opaque("values nested too deeply")
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if value is None or type(value) in (bool, int, float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, np.ndarray):
            return self.numpy(value)
        if isinstance(value, np.generic):
            return Opaque(f"numpy.{type(value).__name__}")
        if isinstance(value, tuple | list):
            if len(value) > self.items:
                return Opaque(f"{type(value).__name__} of {len(value)} items")
            items = [self.convert(each, depth + 1) for each in islice(value, len(value))]
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, Mapping) and len(value) <= self.items:
            pairs = islice(value.items(), len(value))
            return {str(key)[:NAME_CAP]: self.convert(each, depth + 1) for key, each in pairs}
        return Opaque(f"{type(value).__module__}.{type(value).__qualname__}")

    def text(self, value: str) -> str:
        plain = str.__getitem__(value, slice(TEXT_CAP))
        self.bytes -= 4 * len(plain)
        return plain if self.bytes >= 0 else ""

    def tensor(self, value: torch.Tensor) -> Tensor | Opaque:
        dtype = _TORCH_NAMES.get(value.dtype) or str(value.dtype).removeprefix("torch.")
        if value.is_meta or value.layout != torch.strided or not self.travels(value.shape, dtype):
            kind = "meta" if value.is_meta else value.layout
            return Opaque(f"{kind} {dtype} tensor of shape {tuple(value.shape)}")
        here = value.detach()
        if not here.is_cpu or here.is_conj() or here.is_neg():
            here = here.cpu().resolve_conj().resolve_neg()
        array = here.float().numpy() if dtype == "bfloat16" else here.numpy()
        return Tensor(array, dtype, "cpu" if value.is_cpu else str(value.device))

    def numpy(self, value: np.ndarray) -> Tensor | Opaque:
        dtype = value.dtype.name
        if not self.travels(value.shape, dtype):
            return Opaque(f"numpy array of {dtype} and shape {value.shape}")
        return Tensor(value, dtype, "cpu", "numpy")

    def travels(self, shape: tuple[int, ...], dtype: str) -> bool:
        if dtype not in DTYPES or len(shape) > MAX_DIMENSIONS:
            return False
        size = math.prod(shape) * DTYPES[dtype].itemsize
        if size > self.bytes:
            return False
        self.bytes -= size
        return True
