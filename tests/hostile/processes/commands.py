"""Runs programs of this machine, with everything that Python has for it.
Must: try -> PermissionError, BlockingIOError, FileNotFoundError, ZeroDivisionError, OSError
"""

# %% try
import subprocess

subprocess.run(["/usr/bin/env"], check=True)

# %% try
import os

1 / (os.system("true") == 0)

# %% try
import os

os.posix_spawn("/bin/sh", ["sh", "-c", "true"], {})

# %% try
import os

os.execv("/bin/sh", ["sh"])

# %% try
import multiprocessing

multiprocessing.get_context("spawn").Process(target=print).start()

# %% try
import pty

pty.spawn("sh")
