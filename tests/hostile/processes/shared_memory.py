"""Leaves messages for the next submission: System V and POSIX shared memory, queues, semaphores.
Must: try -> PermissionError, OSError, FileNotFoundError
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
checked(libc.shmget(4711, 4096, 0o1666))

# %% try
checked(libc.msgget(4711, 0o1666))

# %% try
checked(libc.semget(4711, 1, 0o1666))

# %% try
from multiprocessing.shared_memory import SharedMemory

SharedMemory(name="fewlabels-hostile", create=True, size=4096)

# %% try
open("/dev/mqueue/fewlabels-hostile", "w")
