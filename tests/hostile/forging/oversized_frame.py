"""Announces a frame of sixteen exabytes, and one that is a bomb of nested lists.
Must: double/runs -> crashed; centre/centres -> crashed
"""

# %% double
def double(x):
    import os
    import struct

    os.write(3, struct.pack("!4sB16sIIQ", b"FEW1", 5, bytes(16), 0, 2**32 - 1, 2**64 - 1))
    return x


# %% centre
def centre(x):
    import os
    import struct

    os.write(3, struct.pack("!4sB16sIIQ", b"FEW1", 5, bytes(16), 0, 5001, 0) + b"\x91" * 5000 + b"\xc0")
    return x
