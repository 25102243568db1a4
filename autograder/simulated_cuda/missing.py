"""What runs on a CPU and does not on CUDA, or the other way round, whatever the devices.

Integer matrix products: cuBLAS has none; addmm, baddbmm and addmv of CUDA are dispatched over floating types only
(native/cuda/Blas.cpp), which the error names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from autograder.simulated_cuda.devices import CUDA
from autograder.simulated_cuda.tensor import CudaTensor

aten = torch.ops.aten

PRODUCTS = {
    aten.mm.default: "addmm_cuda",
    aten.addmm.default: "addmm_cuda",
    aten.addmm_.default: "addmm_cuda",
    aten.bmm.default: "baddbmm_cuda",
    aten.baddbmm.default: "baddbmm_cuda",
    aten.baddbmm_.default: "baddbmm_cuda",
    aten.addmv.default: "addmv_impl_cuda",
    aten.addmv_.default: "addmv_impl_cuda",
    aten.mv.default: "addmv_impl_cuda",
    aten.dot.default: "dot",
    aten.vdot.default: "vdot",
}
INTEGERS = {
    torch.int64: "Long",
    torch.int32: "Int",
    torch.int16: "Short",
    torch.int8: "Char",
    torch.uint8: "Byte",
    torch.bool: "Bool",
}


def integer_product(func: Any, args: Sequence[Any]) -> None:
    """Raise what CUDA raises for products of integers: "addmm_cuda" not implemented for 'Long'."""
    for value in args:
        if type(value) is CudaTensor and value.dtype in INTEGERS:
            raise RuntimeError(f"\"{PRODUCTS[func]}\" not implemented for '{INTEGERS[value.dtype]}'")


def host_lengths(func: Any, args: Sequence[Any]) -> None:
    """Raise what CUDA raises for lengths on the device.

    docs, torch.nn.utils.rnn.pack_padded_sequence: lengths "must be on the CPU".
    """
    lengths = args[1]
    if type(lengths) is CudaTensor:
        kind = INTEGERS.get(lengths.dtype, str(lengths.dtype))
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.dim()}D {CUDA} {kind} tensor"
        )


CHECKS = {**dict.fromkeys(PRODUCTS, integer_product), aten._pack_padded_sequence.default: host_lengths}
