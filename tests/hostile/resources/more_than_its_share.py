"""Takes a little more memory than a submission may have.
Must: try -> OSError, RuntimeError
Layer: rlimits
"""

# %% try
import mmap

kept = mmap.mmap(-1, 700 << 20)

# %% try
import torch

kept = torch.empty(700 << 20, dtype=torch.uint8)
