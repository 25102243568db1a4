"""Hides memory where address-space limits do not look: memfd, shared mappings, pipes, secret memory.
Must: try -> OSError, PermissionError, FileNotFoundError, MemoryError, RuntimeError
"""

# %% try
import os

os.memfd_create("x")

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(ctypes.c_long(447), 0) < 0:  # memfd_secret
    raise OSError(ctypes.get_errno(), "memfd_secret")

# %% try
open("/dev/shm/fewlabels-hostile", "wb").truncate(1 << 30)

# %% try
import torch

torch.ones(1 << 28).share_memory_()
