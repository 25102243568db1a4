"""Sleeps for ever in a cell, which costs no CPU time.
Must: try -> TimedOut
"""

# %% try
import time

time.sleep(1e6)
