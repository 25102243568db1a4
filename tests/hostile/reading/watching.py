"""Watches directories of this machine for the names of files that come and go.
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
watcher = checked(libc.inotify_init1(0))

# %% try
checked(libc.fanotify_init(0x200, 0))
