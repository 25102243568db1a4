"""Optimisers group parameters by device in C++, and take their list kernels (foreach) for types that they know.

torch/utils/_foreach_utils.py, torch/optim/optimizer.py: on CUDA foreach is the default.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.utils._foreach_utils as foreach
from torch.optim import optimizer

from autograder.simulated_cuda.devices import outer
from autograder.simulated_cuda.generators import Generator
from autograder.simulated_cuda.tensor import CudaTensor

_group = torch._C._group_tensors_by_device_and_dtype


def group(tensors: Any, with_indices: bool = False) -> Any:
    """Stand in for `torch._C._group_tensors_by_device_and_dtype`, with the devices that the program sees."""
    return {(outer(device), dtype): found for (device, dtype), found in _group(tensors, with_indices).items()}


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (torch._C, "_group_tensors_by_device_and_dtype", group),
    (foreach, "_foreach_supported_types", [*foreach._foreach_supported_types, CudaTensor]),
    (optimizer, "_foreach_supported_types", [*optimizer._foreach_supported_types, CudaTensor]),
    (torch, "Generator", Generator),
)
