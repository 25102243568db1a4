"""The jail that admits an NVIDIA GPU: which device nodes it shows, and what has to be given up for it.

CUDA maps far more address space than it uses, so RLIMIT_AS cannot bound a child; memory is then bounded by the cgroup that the
grader was started in, or not at all. The nodes are bound with the right to use them, and Landlock allows ioctl on them.
Nobody has tried this profile on a machine with a GPU yet: docs/simulated-cuda.md says so, and how to.
"""

from __future__ import annotations

import glob
import os

from autograder.environment import DEVICE
from autograder.errors import SandboxUnavailable, UsageError

DEVICES = ("cpu", "cuda")
ENVIRONMENT = {DEVICE: "cuda", "CUDA_MODULE_LOADING": "LAZY", "CUDA_CACHE_DISABLE": "1"}
# The character devices of NVIDIA's driver, and what the runtime reads about it.
NODES = (
    "/dev/nvidiactl",
    "/dev/nvidia-uvm",
    "/dev/nvidia-uvm-tools",
    "/dev/nvidia-modeset",
    "/dev/nvidia[0-9]*",
)
READABLE = (
    "/proc/driver/nvidia",
    "/sys/bus/pci",
    "/sys/devices/pci*",
    "/sys/module/nvidia*",
    "/usr/share/nvidia",
)
NOTE = (
    "A GPU is admitted: a child's memory is not bounded by an rlimit, and NVIDIA's driver can be reached by student code. "
    "Start the grader in a cgroup with a memory limit."
)


def nodes() -> tuple[str, ...]:
    """Return the device nodes of this machine's GPUs."""
    return tuple(sorted(path for pattern in NODES for path in glob.glob(pattern)))


def readable() -> tuple[str, ...]:
    """Return what the CUDA runtime reads besides, as far as it is there."""
    return tuple(sorted(path for pattern in READABLE for path in glob.glob(pattern) if os.path.exists(path)))


def require(device: str) -> None:
    """Raise UsageError for an unknown device, and SandboxUnavailable with the remedy where there is no GPU to admit."""
    if device not in DEVICES:
        raise UsageError(f"There is no device {device!r}.", remedy=f"Choose one of {', '.join(DEVICES)}.")
    if device == "cpu":
        return
    leave_out = "Or leave out --device: the same laws then run on a simulated GPU, which needs none."
    if not nodes():
        raise SandboxUnavailable(
            "This machine has no NVIDIA GPU (no /dev/nvidia*).",
            remedy=f"Grade on a machine with one and its driver (nvidia-smi shows it). {leave_out}",
        )
    import torch  # takes seconds

    if torch.version.cuda is None:
        raise SandboxUnavailable(
            f"The installed torch {torch.__version__} was built without CUDA.",
            remedy=f"Install a CUDA build of the same version (pytorch.org, Get started). {leave_out}",
        )
