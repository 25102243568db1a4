"""Talks to a socket that lies in the file system, as container and message daemons have them.
Must: try -> PermissionError, OSError, FileNotFoundError
Layer: bubblewrap, seccomp
"""

# %% try
import socket

socket.socket(socket.AF_UNIX).connect(WORLD["unix"])

# %% try
import socket

ours, theirs = socket.socketpair()
ours.connect(WORLD["unix"])
