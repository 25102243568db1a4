"""Forks once, by every call that forks.
Must: try -> PermissionError, OSError, BlockingIOError
Layer: seccomp
"""

# %% try
import os

if os.fork() == 0:
    os._exit(0)

# %% try
import os

if os.forkpty()[0] == 0:
    os._exit(0)

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(ctypes.c_long(56), 17, 0, 0, 0, 0)  # clone, as a process
if result == 0:
    libc._exit(0)
if result < 0:
    raise OSError(ctypes.get_errno(), "clone")

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
arguments = ctypes.create_string_buffer(88)
result = libc.syscall(ctypes.c_long(435), arguments, 88)  # clone3, whose flags no filter sees
if result == 0:
    libc._exit(0)
if result < 0:
    raise OSError(ctypes.get_errno(), "clone3")
