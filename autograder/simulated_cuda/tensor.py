"""`CudaTensor`: a tensor that says it lies on cuda:0, around a CPU tensor `elem` that holds its values.

A wrapper subclass (torch.Tensor._make_wrapper_subclass): autograd, views and version counters see it as one tensor; every
operator arrives at `__torch_dispatch__` below autograd, where `dispatch` checks devices and computes on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.simulated_cuda.devices import CUDA, INNER
from autograder.simulated_cuda.errors import OnDevice

_make = Tensor._make_wrapper_subclass  # type: ignore[attr-defined]
_getitem, _setitem = torch._C.TensorBase.__getitem__, torch._C.TensorBase.__setitem__

# torch/csrc/utils/tensor_numpy.cpp
NO_NUMPY = "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
    "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
    "see https://github.com/pytorch/pytorch/pull/103001"
)
LEGACY_INDEX_LENGTH = (
    32  # below it a list index with a sequence in it counts as a tuple (python_variable_indexing.cpp)
)


class CudaTensor(Tensor):
    """One tensor on the simulated device."""

    elem: Any  # a plain tensor of the CPU, outside of autograd
    dispatcher: Callable[..., Any]  # set by dispatch.py, which needs this class

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return CudaTensor.dispatcher(func, args, kwargs)

    device = property(lambda self: CUDA)  # type: ignore[assignment]
    is_cuda = property(lambda self: True)  # type: ignore[assignment]
    is_cpu = property(lambda self: False)  # type: ignore[assignment]
    is_meta = property(lambda self: False)  # type: ignore[assignment]

    def get_device(self) -> int:
        """Return the device's number, 0."""
        return 0

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """Return a numpy array with `force`, and raise what CUDA raises without.

        docs, torch.Tensor.numpy: only CPU tensors, unless force=True.
        """
        if not force:
            raise OnDevice(NO_NUMPY, (self,))
        return self.elem.resolve_conj().resolve_neg().numpy(force=True)

    def tolist(self) -> Any:
        """Return the values as numbers in nested lists."""
        return self.elem.tolist()

    def data_ptr(self) -> int:
        """Return the address of the first entry, in the CPU's memory."""
        return self.elem.data_ptr()

    def storage(self) -> Any:
        """Return the typed storage, on the device."""
        return torch.storage.TypedStorage(
            wrap_storage=self.untyped_storage(), dtype=self.dtype, _internal=True
        )

    def untyped_storage(self) -> torch.UntypedStorage:
        """Return the storage, on the device."""
        from autograder.simulated_cuda.storage import CudaStorage

        return CudaStorage.of(self.elem.untyped_storage())

    def share_memory_(self) -> CudaTensor:
        """Return the tensor itself, as CUDA does."""
        return self  # docs: torch.Tensor.share_memory_: a no-op for CUDA tensors

    # C++ makes a tensor of a list that is used as an index, on the inner device, where it would have no values.
    def __getitem__(self, index: Any) -> Any:
        return _getitem(self, on_host(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        _setitem(self, on_host(index), value)

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        text = repr(self.elem)[:-1] + f", device='{CUDA}'"
        if self.grad_fn is not None:
            text += f", grad_fn=<{self.grad_fn.name()}>"
        elif self.requires_grad:
            text += ", requires_grad=True"
        return ("Parameter containing:\n" if getattr(self, "_is_param", False) else "") + text + ")"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.dim() == 0 else object.__format__(self, spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if not self.is_leaf:
            raise RuntimeError(NOT_A_LEAF)
        if id(self) not in memo:
            copied = wrap(self.elem.clone())
            copied.requires_grad_(self.requires_grad)
            if getattr(self, "_is_param", False):
                copied._is_param = True  # type: ignore[attr-defined]
            if self.grad is not None:
                copied.grad = wrap(self.grad.elem.clone())  # type: ignore[attr-defined]
            memo[id(self)] = copied
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        """As a CUDA tensor is saved: storages marked cuda:0, so that map_location means what it means there."""
        from collections import OrderedDict

        storage = torch.storage.TypedStorage(
            wrap_storage=self.untyped_storage(), dtype=self.dtype, _internal=True
        )
        as_tensor: tuple[Any, ...] = (
            storage,
            self.elem.storage_offset(),
            tuple(self.shape),
            self.elem.stride(),
            self.requires_grad,
            OrderedDict(),
        )
        if getattr(self, "_is_param", False):
            return torch._utils._rebuild_parameter, (self.detach(), self.requires_grad, OrderedDict())
        return torch._utils._rebuild_tensor_v2, as_tensor


def wrap(elem: Tensor) -> CudaTensor:
    """Return `elem`, a CPU tensor outside of autograd, as a tensor on the simulated device."""
    made: CudaTensor
    if elem.layout is torch.strided:
        made = _make(
            CudaTensor,
            elem.shape,
            strides=elem.stride(),
            storage_offset=elem.storage_offset(),
            dtype=elem.dtype,
            device=INNER,
        )
    else:
        made = _make(CudaTensor, elem.shape, dtype=elem.dtype, layout=elem.layout, device=INNER)
    made.elem = elem
    return made


def device_of(tensor: Tensor) -> torch.device:
    """Return the device of a tensor as the program sees it."""
    return CUDA if type(tensor) is CudaTensor else tensor.device


def on_host(index: Any) -> Any:
    """Turn the lists and ranges of an index into CPU tensors (which CUDA accepts as indices)."""
    if isinstance(index, list) and len(index) < LEGACY_INDEX_LENGTH and any(map(_makes_a_tuple, index)):
        index = tuple(index)
    return tuple(map(_listed, index)) if type(index) is tuple else _listed(index)


def _makes_a_tuple(item: Any) -> bool:
    return item is None or item is Ellipsis or isinstance(item, slice | list | tuple | Tensor)


def _listed(item: Any) -> Any:
    if not isinstance(item, list | range):
        return item
    return torch.tensor(list(item), device="cpu") if len(item) else torch.empty(0, dtype=torch.long)
