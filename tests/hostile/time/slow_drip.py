"""Drips its answer onto the channel, a byte at a time, always just before anybody would lose patience.
Must: double/runs -> timed_out, crashed
"""

# %% double
def double(x):
    import os
    import time

    header = b"FEW1" + bytes(5 + 16 + 4 + 4 + 8)
    while True:
        for byte in header:
            os.write(3, bytes([byte]))
            time.sleep(0.02)
