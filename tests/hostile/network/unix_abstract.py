"""Talks to an abstract socket, which has no file and no permissions.
Must: try -> PermissionError, OSError, ConnectionRefusedError
Layer: bubblewrap, seccomp, landlock
"""

# %% try
import socket

socket.socket(socket.AF_UNIX).connect("\0" + WORLD["abstract"])
