"""Lets a thread burn time behind every answer, for which nobody waits.
Must: double/runs -> holds, timed_out, crashed
"""

# %% double
import threading


def burn():
    while True:
        sum(range(1000))


threading.Thread(target=burn, daemon=True).start()


def double(x):
    return x + x.abs()
