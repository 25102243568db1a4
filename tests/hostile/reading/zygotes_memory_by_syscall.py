"""Reads the zygote's memory with process_vm_readv, and attaches to it with ptrace.
Must: try -> OSError, PermissionError
Layer: seccomp, undumpable
"""

# %% before
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


# %% try
# The child began as a copy: what lies at an address here lies there in the zygote, too.
source = ctypes.create_string_buffer(16)
target = ctypes.create_string_buffer(16)
here, there = Vector(ctypes.addressof(target), 16), Vector(id(libc), 16)
checked(libc.process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0))

# %% try
libc.ptrace.argtypes = [ctypes.c_long] * 4
checked(libc.ptrace(0x4206, os.getppid(), 0, 0))  # PTRACE_SEIZE
