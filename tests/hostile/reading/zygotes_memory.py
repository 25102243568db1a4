"""Reads and maps the memory of the zygote and of the grader.
Must: try -> PermissionError, FileNotFoundError, OSError
Layer: undumpable
"""

# %% try
import os

with open(f"/proc/{os.getppid()}/maps") as maps:
    first = int(maps.readline().split("-")[0], 16)
with open(f"/proc/{os.getppid()}/mem", "rb", 0) as memory:
    memory.seek(first)
    memory.read(16)

# %% try
import os

os.listdir(f"/proc/{os.getppid()}/fd")

# %% try
import os

os.listdir(f"/proc/{os.getppid()}/root/")

# %% try
open(f"/proc/{WORLD['grader']}/mem", "rb")
