"""Connects to a server of this machine, and listens for one.
Must: try -> PermissionError, OSError
Layer: bubblewrap, seccomp
"""

# %% try
import socket

socket.create_connection(("127.0.0.1", WORLD["tcp"]), 1)

# %% try
import socket

socket.create_server(("127.0.0.1", 0)) if socket.socket().connect_ex(("127.0.0.1", WORLD["tcp"])) else None
