"""Sends a datagram to this machine, and a name to a name server.
Must: try -> PermissionError, OSError, gaierror
Layer: seccomp
"""

# %% try
import socket

socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", WORLD["udp"]))

# %% try
import socket

socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)

# %% try
import socket

socket.getaddrinfo("secret.example.org", 80)
