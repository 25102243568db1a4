"""Forks without end.
Must: try -> PermissionError, BlockingIOError
Layer: seccomp
"""

# %% try
import os

while True:
    os.fork()
