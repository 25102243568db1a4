"""Uses descriptors that somebody may have left open: control socket, grade book, other children's sockets.
Must: try -> OSError, PermissionError, LookupError
Layer: closed descriptors
"""

# %% try
import os

found = []
for number in range(3, 1024):
    try:
        found.append((number, os.fstat(number).st_mode))
    except OSError:
        pass
if [number for number, _ in found] == [3]:
    raise LookupError("only its own channel")

# %% try
import socket

socket.socket(fileno=4).send(b'{"spawn": 1}')
