"""Making tensors from Python values and arrays: the constructors that reach C++ without passing an operator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.simulated_cuda.devices import CUDA, outer
from autograder.simulated_cuda.tensor import CudaTensor, wrap

_tensor, _as_tensor, _asarray = torch.tensor, torch.as_tensor, torch.asarray
_set_default_tensor_type = torch.set_default_tensor_type


def _default(device: Any) -> torch.device | None:
    """`device`, or the one that `with torch.device(...)` or torch.set_default_device asks for."""
    if device is not None:
        return outer(device)
    from torch.utils import _device

    current = _device.CURRENT_DEVICE
    return None if current is None else outer(current)


def _values(data: Any) -> Any:
    """Values of the device as CPU tensors, also in lists: torch.tensor copies them one by one."""
    if isinstance(data, CudaTensor):
        return data.elem
    return type(data)(map(_values, data)) if type(data) in (list, tuple) else data


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Stand in for `torch.tensor`."""
    where = CUDA if isinstance(data, CudaTensor) and device is None else _default(device)
    if where is not None and where != CUDA and where.type != "cpu":
        return _tensor(data, dtype=dtype, device=where, requires_grad=requires_grad)
    with torch._C.DisableTorchFunction():
        made = _tensor(_values(data), dtype=dtype, device="cpu")
    if where == CUDA:
        made = wrap(made)
    return made.requires_grad_() if requires_grad else made


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Stand in for `torch.as_tensor`."""
    where = _default(device)
    if isinstance(data, Tensor):
        return data.to(device=where if device is not None else data.device, dtype=dtype or data.dtype)
    if where != CUDA:
        return _as_tensor(_values(data), dtype=dtype, device=where)
    with torch._C.DisableTorchFunction():
        return _as_tensor(_values(data), dtype=dtype, device="cpu").to(CUDA)


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: Any = None, requires_grad: bool = False
) -> Tensor:
    """Stand in for `torch.asarray`."""
    where = _default(device)
    if where != CUDA and not isinstance(obj, CudaTensor):
        return _asarray(obj, dtype=dtype, device=where, copy=copy, requires_grad=requires_grad)
    found = obj if isinstance(obj, Tensor) else _asarray(obj, dtype=dtype, device="cpu")
    found = found.to(device=where or found.device, dtype=dtype or found.dtype, copy=bool(copy))
    return found.requires_grad_() if requires_grad else found


def new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Stand in for `torch.Tensor.new_tensor`.

    docs: "by default, the returned Tensor has the same torch.dtype and torch.device as this tensor".
    """
    own = None if isinstance(data, Tensor) else self.dtype
    return tensor(data, dtype=dtype or own, device=device or self.device, requires_grad=requires_grad)


class Legacy(type):
    """The class of torch.cuda.FloatTensor and its kind (docs, "torch.Tensor": "Data types")."""

    dtype: torch.dtype

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, CudaTensor) and instance.dtype == cls.dtype


def _legacy(name: str, dtype: torch.dtype) -> Legacy:
    def make(_: Any, *args: Any) -> Tensor:
        if args and isinstance(args[0], list | tuple) and not isinstance(args[0], torch.Size):
            return wrap(_tensor(_values(args[0]), dtype=dtype))
        return wrap(torch.empty(*args, dtype=dtype))

    return Legacy(name, (), {"dtype": dtype, "__new__": make, "__module__": "torch.cuda"})


LEGACY = {
    name: _legacy(name, dtype)
    for name, dtype in {
        "FloatTensor": torch.float32,
        "DoubleTensor": torch.float64,
        "HalfTensor": torch.float16,
        "BFloat16Tensor": torch.bfloat16,
        "LongTensor": torch.int64,
        "IntTensor": torch.int32,
        "ShortTensor": torch.int16,
        "CharTensor": torch.int8,
        "ByteTensor": torch.uint8,
        "BoolTensor": torch.bool,
    }.items()
}


def set_default_tensor_type(t: Any) -> None:
    """Stand in for `torch.set_default_tensor_type`: a CUDA type sets the default device as well."""
    if isinstance(t, str) and t.startswith("torch.cuda."):
        t = LEGACY[t.removeprefix("torch.cuda.")]
    if isinstance(t, Legacy):
        torch.set_default_dtype(t.dtype)
        torch.set_default_device("cuda")
    else:
        torch.set_default_device(None)
        _set_default_tensor_type(t)


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (torch, "tensor", tensor),
    (torch, "as_tensor", as_tensor),
    (torch, "asarray", asarray),
    (torch, "set_default_tensor_type", set_default_tensor_type),
    (Tensor, "new_tensor", new_tensor),
    *((torch.cuda, name, made) for name, made in LEGACY.items()),
)
