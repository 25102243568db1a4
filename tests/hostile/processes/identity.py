"""Becomes somebody else: another user, root in a namespace, somebody with capabilities.
Must: try -> PermissionError, OSError
Layer: seccomp
"""

# %% try
import os

os.setuid(0)

# %% try
import os

os.setgroups([0])

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) < 0:
    raise OSError(ctypes.get_errno(), "unshare")

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, data) < 0:
    raise OSError(ctypes.get_errno(), "capset")
