"""Lets the kernel send the signal: as owner of a descriptor, by a timer, by dying.
Must: try -> PermissionError, OSError
Layer: seccomp
"""

# %% try
import fcntl
import os

reading, writing = os.pipe()
fcntl.fcntl(reading, fcntl.F_SETOWN, WORLD["victim"])

# %% try
import fcntl
import os

reading, writing = os.pipe()
fcntl.fcntl(reading, 10, 9)  # F_SETSIG: another signal than SIGIO

# %% try
import fcntl
import socket
import struct

a, b = socket.socketpair()
fcntl.ioctl(a, 0x8901, struct.pack("i", WORLD["victim"]))  # FIOSETOWN
