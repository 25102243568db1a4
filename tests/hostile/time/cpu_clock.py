"""Turns back what it believes to be the clock, and hides its time in threads.
Must: try -> PermissionError, OSError, TimedOut
"""

# %% try
import time

time.clock_settime(time.CLOCK_REALTIME, 0)

# %% try
import threading

threads = [threading.Thread(target=lambda: sum(range(10**9)), daemon=True) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
