"""Leaves a core dump, locks memory, raises its pending signals and its timers.
Must: try -> Crashed, OSError, PermissionError, BlockingIOError, MemoryError
"""

# %% try
import ctypes
import mmap

libc = ctypes.CDLL(None, use_errno=True)
page = mmap.mmap(-1, 1 << 24)
if libc.mlockall(3) < 0:
    raise OSError(ctypes.get_errno(), "mlockall")

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
timer = ctypes.c_void_p()
for _ in range(2000):
    if libc.timer_create(1, None, ctypes.byref(timer)) < 0:
        raise BlockingIOError(ctypes.get_errno(), "timer_create")

# %% try
import ctypes

ctypes.string_at(0)
