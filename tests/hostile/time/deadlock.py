"""Waits for itself: a lock taken twice, a queue that nobody fills, input from nobody.
Must: try -> TimedOut, StdinNotImplementedError
"""

# %% try
input("points? ")

# %% try
import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
