"""May this operator see tensors of cuda:0 and of the CPU together? Asked only where it does.

docs, "CUDA semantics": "Cross-GPU operations are not allowed by default, with the exception of copy_() and other methods
with copy-like functionality such as to() and cuda()", and zero-dimensional CPU tensors may take part in most
element-wise operations (docs, "torch.Tensor.device": tensor attributes).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import torch
from torch import Tensor

from autograder.simulated_cuda.devices import CPU, CUDA
from autograder.simulated_cuda.errors import DeviceMismatch
from autograder.simulated_cuda.rules import Rules
from autograder.simulated_cuda.tensor import device_of

aten = torch.ops.aten

TWO_DEVICES = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
TOO_MANY_SCALARS = "Trying to pass too many CPU scalars to non-CPU kernel!"

COMPOSITE = object()  # the operator has no CUDA kernel of its own: its parts have to be asked

# Copies between devices are what these are for.
COPIES = frozenset(
    (
        aten.copy_.default,
        aten.copy.default,
        aten.fill_.Tensor,
        aten._foreach_copy_.default,
        aten._to_copy.default,
        aten.set_.source_Tensor,
        aten.set_.source_Storage,
        aten._has_compatible_shallow_copy_type.default,
        aten.is_same_size.default,
        aten.is_set_to.default,
    )
)
READS = frozenset((aten.index.Tensor, aten._unsafe_index.Tensor))
WRITES = frozenset(
    (
        aten.index_put.default,
        aten.index_put_.default,
        aten._index_put_impl_.default,
        aten._unsafe_index_put.default,
    )
)
# Kernels that check by themselves and take no CPU scalar: they are built without allow_cpu_scalars
# (TensorIterator.cpp: build_ternary_op; Loss.cu: binary_cross_entropy; IndexKernel.cpp: index_fill, masked_scatter).
WITHOUT_SCALARS = ("aten::lerp", "aten::binary_cross_entropy", "aten::index_fill", "aten::masked_scatter")


def check(func: Any, rules: Rules, args: Sequence[Any], kwargs: dict[str, Any]) -> object:
    """Raise what CUDA raises for this call; return COMPOSITE where the operator's parts decide, None where CUDA accepts.

    func          the operator
    rules         those of the installed torch
    args, kwargs  what it was given by position and by name
    """
    name = func.name()
    if func in COPIES:
        pass
    elif func in READS or func in WRITES:
        _indexing(func, args)
    elif func is aten.convolution.default:
        _convolution(args)
    elif name in rules.same_device:
        _same_device(func, rules.same_device[name], args, kwargs)
    elif name.startswith(("aten::masked_fill_", "aten::masked_fill.")):
        _masked_fill(args)
    elif name.startswith(("aten::_fused_", "aten::_foreach_", "aten::_amp_foreach_")):
        _lists(func, args, kwargs)
    elif name.startswith("aten::where"):
        _where(func, args, kwargs)
    elif name not in rules.iterator or _composite(name):
        return COMPOSITE
    else:
        _iterator(func, name, args, kwargs)
    return None


def _composite(name: str) -> bool:
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    return bool(has(name, "CompositeExplicitAutograd") or has(name, "CompositeImplicitAutograd"))


def _indexing(func: Any, args: Sequence[Any]) -> None:
    """docs, "Tensor indexing API": indices on the CPU, or where the tensor is
    (native/TensorAdvancedIndexing.cpp: make_info); a value of zero dimensions is moved."""
    own = device_of(args[0])
    for index in args[1]:
        if index is not None and device_of(index) not in (CPU, own):
            raise DeviceMismatch(
                f"indices should be either on cpu or on the same device as the indexed tensor ({own})",
                [index if own == CUDA else args[0]],
            )
    if func in WRITES and device_of(args[2]) != own and args[2].dim() > 0:
        two_devices(args[2] if own == CUDA else args[0])


def _convolution(args: Sequence[Any]) -> None:
    """native/Convolution.cpp: check_input_same_type_as_parameters. No kernel is asked: its device check comes later."""
    images = args[0]
    for name, other in (("weight", args[1]), ("bias", args[2])):
        if other is not None and device_of(other) != device_of(images):
            raise DeviceMismatch(
                f"Input type ({images.type()}) and {name} type ({other.type()}) should be the same",
                [other if device_of(other) == CPU else images],
            )


def _same_device(
    func: Any, rule: tuple[str, tuple[str, ...]], args: Sequence[Any], kwargs: dict[str, Any]
) -> None:
    """ATen/core/op_registration/adaption.h: check_and_update_common_device, in the order of the arguments."""
    method, order = rule
    found: dict[str, list[Tensor]] = {}
    for name, tensor, _ in named_tensors(func, args, kwargs):
        found.setdefault(name, []).append(tensor)
    common = None
    for name in order:
        for tensor in found.get(name, ()):
            own = device_of(tensor)
            common = common or own
            if own != common:
                wrong = [each for group in found.values() for each in group if device_of(each) == CPU]
                raise DeviceMismatch(
                    f"Expected all tensors to be on the same device, but got {name} is on {own}, different from other "
                    f"tensors on {common} (when checking argument in method {method})",
                    wrong,
                )


def _masked_fill(args: Sequence[Any]) -> None:
    """native/cuda/IndexKernel.cpp: masked_fill__cuda. The value may be a CPU scalar, self and mask stand together."""
    own, mask = device_of(args[0]), device_of(args[1])
    if own != mask:
        raise DeviceMismatch(
            f"expected self and mask to be on the same device, but got mask on {mask} and self on {own}",
            [args[1] if mask == CPU else args[0]],
        )
    if own == CPU:
        raise DeviceMismatch("masked_fill_: Expected inputs to be on same device", [args[0]])


def _lists(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Optimisers' lists: only step counters, of zero dimensions, may stay on the CPU (torch/optim/adam.py)."""
    for _, tensor, _ in named_tensors(func, args, kwargs):
        if device_of(tensor) == CPU and tensor.dim() > 0:
            two_devices(tensor)


def _where(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """native/TensorCompare.cpp: where_self_out moves any number of CPU scalars."""
    for _, tensor, written in named_tensors(func, args, kwargs):
        if device_of(tensor) == CPU and (tensor.dim() > 0 or written):
            two_devices(tensor)


def _iterator(func: Any, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """ATen/TensorIterator.cpp: compute_types. At most one CPU tensor of zero dimensions, and not as the output."""
    allowed = 0 if name.startswith(WITHOUT_SCALARS) else 1
    scalars = 0
    for _, tensor, written in named_tensors(func, args, kwargs):
        if device_of(tensor) != CPU:
            continue
        if tensor.dim() > 0 or written or allowed == 0:
            two_devices(tensor)
        scalars += 1
        if scalars > allowed:
            raise DeviceMismatch(TOO_MANY_SCALARS, [tensor])


def any_vector(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Refuse a CPU tensor that has a dimension, for an operator that has neither rule nor parts.

    func          the operator
    args, kwargs  what it was given by position and by name

    Raises DeviceMismatch.
    """
    for _, tensor, written in named_tensors(func, args, kwargs):
        if device_of(tensor) == CPU and (tensor.dim() > 0 or written):
            two_devices(tensor)


def two_devices(tensor: Tensor) -> NoReturn:
    """Raise the DeviceMismatch that names two devices, because of `tensor`."""
    raise DeviceMismatch(TWO_DEVICES, [tensor])


def named_tensors(
    func: Any, args: Sequence[Any], kwargs: dict[str, Any]
) -> Iterator[tuple[str, Tensor, bool]]:
    """Yield (argument, tensor, whether it is written to) of everything that an operator was given.

    func          the operator
    args, kwargs  what it was given by position and by name
    """
    for i, argument in enumerate(func._schema.arguments):
        value = args[i] if i < len(args) else kwargs.get(argument.name)
        written = argument.alias_info is not None and argument.alias_info.is_write
        if isinstance(value, Tensor):
            yield argument.name, value, written
        elif isinstance(value, list | tuple):
            for each in value:
                if isinstance(each, Tensor):
                    yield argument.name, each, written
