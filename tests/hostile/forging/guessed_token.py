"""Sends a frame that says "holds", in the name of a question whose token it guesses.
Must: double/runs -> crashed
"""

# %% before
import struct
import sys

import autograder.sandbox.wire as wire


def frame(kind, token, index, value):
    encoded = wire.encode(value)
    sizes = len(encoded.structure), len(encoded.payload)
    return struct.pack("!4sB16sIIQ", b"FEW1", kind, token, index, *sizes) + encoded.structure + encoded.payload


# %% double
def double(x):
    import os

    for index in range(100):
        os.write(3, frame(5, bytes(16), index, {"returned": True, "verdict": "holds", "score": 100}))
    return 2 * x
