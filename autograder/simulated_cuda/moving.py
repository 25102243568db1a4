"""Moving tensors and modules: to, cuda, type, pin_memory, `.data =`, and nn.Module's way of moving its parameters."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch._C import TensorBase

from autograder.simulated_cuda import storage
from autograder.simulated_cuda.creation import Legacy
from autograder.simulated_cuda.devices import CUDA, INNER, inner, outer
from autograder.simulated_cuda.tensor import CudaTensor, wrap

_to, _type = Tensor.to, Tensor.type
_device = TensorBase.device.__get__  # type: ignore[attr-defined]


def to(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """Stand in for `torch.Tensor.to`."""
    if args and (isinstance(args[0], str | torch.device) or type(args[0]) is int):
        args = (inner(args[0]), *args[1:])
    if keywords.get("device") is not None:
        keywords["device"] = inner(keywords["device"])
    return _to(self, *args, **keywords)


def cuda(
    self: Tensor,
    device: Any = None,
    non_blocking: bool = False,
    memory_format: Any = torch.preserve_format,
) -> Tensor:
    """Stand in for `torch.Tensor.cuda`."""
    target = inner("cuda" if device is None else device)
    return _to(self, target, non_blocking=non_blocking, memory_format=memory_format)


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False, **keywords: Any) -> Any:
    """Stand in for `torch.Tensor.type`: names and legacy types say the device too.

    docs, "torch.Tensor": "torch.cuda.FloatTensor".
    """
    here = isinstance(self, CudaTensor)
    if dtype is None:
        name = _type(self.elem) if isinstance(self, CudaTensor) else _type(self)
        return name.replace("torch.", "torch.cuda.") if here else name
    if isinstance(dtype, str) and dtype.startswith("torch.cuda."):
        dtype = getattr(torch.cuda, dtype.removeprefix("torch.cuda."))
    if isinstance(dtype, Legacy):
        return _to(self, INNER, dtype.dtype)
    if isinstance(dtype, torch.dtype):
        return _to(self, dtype)
    return _type(self.cpu() if here else self, dtype, non_blocking, **keywords)


def pin_memory(self: Tensor, device: Any = None) -> Tensor:
    """Stand in for `torch.Tensor.pin_memory`: refuse tensors that are not on the CPU.

    docs: "Copies the tensor to pinned memory"; the refusal is that of native/Memory.cpp.
    """
    if isinstance(self, CudaTensor):
        raise RuntimeError(f"cannot pin '{self.type()}' only dense CPU tensors can be pinned")
    pinned = self.clone()
    pinned._simulated_pinned = True  # type: ignore[attr-defined]
    return pinned


def is_pinned(self: Tensor, device: Any = None) -> bool:
    """Stand in for `torch.Tensor.is_pinned`."""
    return bool(getattr(self, "_simulated_pinned", False))


def _get_data(self: Tensor) -> Any:
    return TensorBase.data.__get__(self)  # type: ignore[attr-defined]


def _set_data(self: Tensor, new: Tensor) -> None:
    """`.data =` may change the device of a tensor and keeps its identity (torch/csrc/autograd/variable.cpp: set_data)."""
    if isinstance(self, CudaTensor) and isinstance(new, CudaTensor):
        TensorBase.data.__set__(self, new)  # type: ignore[attr-defined]
        self.elem = new.elem
    elif isinstance(self, CudaTensor) or isinstance(new, CudaTensor):
        _become(self, new.detach())
    else:
        TensorBase.data.__set__(self, new)  # type: ignore[attr-defined]


def _become(tensor: Tensor, value: Tensor) -> None:
    """`tensor`, the same Python object, is from now on `value`."""
    if isinstance(tensor, nn.Parameter):
        other: Tensor = nn.Parameter(value, tensor.requires_grad)
    else:
        other = value.requires_grad_(tensor.requires_grad)
    _swap(tensor, other)


def _swap(tensor: Tensor, other: Tensor) -> None:
    """Swap what two Python objects stand for; hooks stay with the object, as they do on CUDA."""
    hooks, after = tensor._backward_hooks, tensor._post_accumulate_grad_hooks  # type: ignore[attr-defined]
    torch.utils.swap_tensors(tensor, other)
    if hooks:
        tensor._backward_hooks = hooks
    if after:
        tensor._post_accumulate_grad_hooks = after  # type: ignore[attr-defined]


def apply_to_module(self: nn.Module, fn: Any, recurse: bool = True) -> nn.Module:
    """Stand in for `torch.nn.Module._apply`.

    Parameters stay the objects they were, so that optimisers and tied weights go along.
    """
    if recurse:
        for child in self.children():
            child._apply(fn)
    for name, parameter in self._parameters.items():
        if parameter is not None:
            self._parameters[name] = _applied(parameter, fn)
    for name, buffer in self._buffers.items():
        if buffer is not None:
            self._buffers[name] = fn(buffer)
    return self


def _applied(parameter: nn.Parameter, fn: Any) -> nn.Parameter:
    gradient = parameter.grad
    with torch.no_grad():
        value = fn(parameter)
        moved = None if gradient is None else fn(gradient)
    if value is parameter:
        return parameter
    if isinstance(value, CudaTensor) == isinstance(parameter, CudaTensor):
        parameter.data = value
        if gradient is not None:
            parameter.grad = moved
        return parameter
    other = nn.Parameter(value, parameter.requires_grad)
    parameter.grad = None
    try:
        _swap(parameter, other)
    except RuntimeError:  # something in C++ holds on to it; torch then makes a new parameter too
        parameter = other
    if moved is not None:
        parameter.grad = moved.detach()
    return parameter


def new(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """Stand in for `torch.Tensor.new`, the legacy constructor: it makes tensors on the tensor's own device."""
    if not isinstance(self, CudaTensor):
        return _new(self, *args, **keywords)
    made = _new(self.elem, *args)
    return made if isinstance(made, CudaTensor) else wrap(made.detach())


_new = Tensor.new

PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (Tensor, "to", to),
    (Tensor, "cuda", cuda),
    (Tensor, "type", type_),
    (Tensor, "new", new),
    (Tensor, "pin_memory", pin_memory),
    (Tensor, "is_pinned", is_pinned),
    (Tensor, "data", property(_get_data, _set_data)),
    # inside torch.func tensors are wrapped again, and C++ tells their device
    (Tensor, "device", property(lambda self: outer(_device(self)))),
    (Tensor, "is_cuda", property(lambda self: outer(_device(self)) == CUDA)),
    (Tensor, "is_meta", property(lambda self: outer(_device(self)).type == "meta")),  # type: ignore[union-attr]
    (nn.Module, "_apply", apply_to_module),
    (torch.UntypedStorage, "to", storage.to),
    (torch.UntypedStorage, "cuda", storage.cuda),
)
