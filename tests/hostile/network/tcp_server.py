"""Waits for connections from outside.
Must: try -> PermissionError, OSError
Layer: seccomp
"""

# %% try
import socket

socket.create_server(("0.0.0.0", 0))
