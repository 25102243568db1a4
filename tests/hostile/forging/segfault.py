"""Crashes its interpreter in a call and in a cell.
Must: double/runs -> crashed; try -> Crashed
"""

# %% try
import ctypes

ctypes.string_at(0)

# %% try
import os

os.abort()

# %% double
def double(x):
    import ctypes

    ctypes.memset(id(x), 255, 64)
    return x
