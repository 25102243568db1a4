"""Forks without end.
Must: try -> PermissionError, BlockingIOError
"""

# %% try
import os

while True:
    os.fork()
