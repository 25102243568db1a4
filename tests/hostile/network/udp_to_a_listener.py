"""Sends a datagram to a listener of this machine.
Must: try -> PermissionError, OSError
Layer: seccomp
"""

# %% try
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(("127.0.0.1", WORLD["udp"]))
sock.send(b"secret")
