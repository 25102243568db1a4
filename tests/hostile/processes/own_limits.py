"""Takes its own bounds away: resource limits, niceness, death with its parent, undumpability.
Must: try -> PermissionError, ValueError, OSError
"""

# %% before
import ctypes
import resource

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option, argument):
    if libc.prctl(option, argument, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "prctl")


# %% try
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))

# %% try
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))

# %% try
import os

os.setpriority(os.PRIO_USER, 0, 0)

# %% try
prctl(1, 0)  # PDEATHSIG

# %% try
prctl(4, 1)  # DUMPABLE

# %% try
prctl((1 << 32) | 4, 1)  # the same, past a filter that compares 64 bits
