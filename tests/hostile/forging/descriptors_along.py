"""Sends descriptors along with its answer, and puts another socket in the place of its channel.
Must: double/runs -> crashed, timed_out, falsified
"""

# %% double
def double(x):
    import os
    import socket

    channel = socket.socket(fileno=os.dup(3))
    socket.send_fds(channel, [b"FEW1"], [0, 1, 2])
    a, b = socket.socketpair()
    os.dup2(a.fileno(), 3)
    return x
