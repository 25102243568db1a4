"""Takes a little less than the deadline in every call.
Must: double/runs -> holds, timed_out
"""

# %% double
import time


def double(x):
    end = time.process_time() + 0.12
    while time.process_time() < end:
        pass
    return x + x.abs()
