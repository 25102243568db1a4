"""Reaches sockets and files through io_uring and old asynchronous input and output, past filters of single calls.
Must: try -> OSError, PermissionError
Layer: seccomp
"""

# %% before
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# %% try
parameters = ctypes.create_string_buffer(120)
checked(libc.syscall(ctypes.c_long(425), 4, parameters))

# %% try
context = ctypes.c_ulong(0)
checked(libc.syscall(ctypes.c_long(206), 1000, ctypes.byref(context)))  # io_setup, counted machine-wide
