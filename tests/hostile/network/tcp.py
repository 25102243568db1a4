"""Connects to a server of this machine over TCP.
Must: try -> PermissionError, OSError
Layer: bubblewrap, seccomp, landlock
"""

# %% try
import socket

socket.create_connection(("127.0.0.1", WORLD["tcp"]), 1)
