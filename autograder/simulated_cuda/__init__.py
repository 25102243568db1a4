"""A GPU that is not there: programs for CUDA run on the CPU, under CUDA's device rules.

    from autograder.simulated_cuda import simulated_cuda

    with simulated_cuda():
        net = net.to("cuda")
        net(torch.ones(3, 4))  # refused, as on a GPU: the input lies on the CPU

docs/simulated-cuda.md says what it simulates, what it does not, and where each rule comes from. Standard library and torch
only: the jail's worker imports it (the cache of rules, which the jail never sees, takes platformdirs).
"""

from autograder.simulated_cuda.context import simulated_cuda, unsupported
from autograder.simulated_cuda.dispatch import Statistics
from autograder.simulated_cuda.errors import DeviceMismatch, OnDevice, SimulationUnavailable
from autograder.simulated_cuda.tensor import CudaTensor

__all__ = [
    "CudaTensor",
    "DeviceMismatch",
    "OnDevice",
    "SimulationUnavailable",
    "Statistics",
    "simulated_cuda",
    "unsupported",
]
