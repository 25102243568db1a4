"""Opens files, pipes and sockets without end, and parks descriptors in flight.
Must: try -> OSError
Layer: rlimits
"""

# %% try
kept = []
for _ in range(5000):
    kept.append(open("/dev/null"))

# %% try
import os

pipes = []
for _ in range(5000):
    pipes.append(os.pipe())

# %% try
kept = pipes = None
import socket

a, b = socket.socketpair()
for _ in range(20_000):
    socket.send_fds(a, [b"x"], [0] * 200)
