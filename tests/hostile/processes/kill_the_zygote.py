"""Kills and stops the zygote, every process it may signal, and its process group.
Must: try -> PermissionError, ProcessLookupError, OSError
"""

# %% try
import os

os.kill(os.getppid(), 9)

# %% try
import os

os.kill(os.getppid(), 19)

# %% try
import os

os.kill(-1, 9)

# %% try
import os

os.killpg(0, 9)

# %% try
import os

os.kill(1, 9)

# %% try
import os

os.kill(WORLD["grader"], 9)

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(ctypes.c_long(234), 1, 1, 9) < 0:  # tgkill
    raise OSError(ctypes.get_errno(), "tgkill")
