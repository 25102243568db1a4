"""Mounts over what is read-only, unshares namespaces, changes its root.
Must: try -> OSError, PermissionError
Layer: seccomp
"""

# %% before
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# %% try
checked(libc.mount(b"none", os.getcwd().encode(), b"tmpfs", 0, None))

# %% try
checked(libc.unshare(0x10000000))  # a user namespace of its own

# %% try
checked(libc.unshare(0x10020000))

# %% try
os.chroot(".")

# %% try
checked(libc.syscall(ctypes.c_long(428), -100, b"/", 1))  # open_tree, cloning
