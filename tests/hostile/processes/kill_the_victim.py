"""Kills, stops and questions a process of this machine that runs as the same user.
Must: try -> PermissionError, ProcessLookupError
Layer: bubblewrap, seccomp, landlock
"""

# %% try
import os

os.kill(WORLD["victim"], 19)

# %% try
import os
import signal

signal.pidfd_send_signal(os.pidfd_open(WORLD["victim"]), 19)
