"""Allocates 50 GB: at once, piece by piece, as numpy arrays, as a mapping.
Must: try -> RuntimeError, MemoryError, _ArrayMemoryError, OSError, TimedOut, Crashed
"""

# %% try
import torch

torch.ones(50_000_000_000 // 4)

# %% try
import numpy as np

np.ones(50_000_000_000, dtype=np.uint8)

# %% try
import mmap

mmap.mmap(-1, 50_000_000_000)

# %% try
kept = []
while True:
    kept.append(bytearray(1 << 26))
