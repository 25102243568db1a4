"""Makes a pair of datagram sockets, whose ends could be sent to any socket of this machine.
Must: try -> PermissionError
Layer: seccomp
"""

# %% try
import socket

a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.sendto(b"secret", WORLD["unix"])

# %% try
import socket

socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
