"""Asks the kernel over netlink, and opens raw and packet sockets.
Must: try -> PermissionError, OSError
Layer: seccomp
"""

# %% try
import socket

socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).send(b"\0" * 16)

# %% try
import socket

socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)

# %% try
import socket

socket.socket(socket.AF_PACKET, socket.SOCK_RAW)

# %% try
import socket

socket.socket(40, socket.SOCK_STREAM)  # vsock: to the hypervisor
