"""Reads the token of the question at hand off the worker's stack, and answers this question and all after it by itself.
Must: double/doubles -> crashed, falsified, skipped
"""

# %% before
import os
import struct
import sys

import autograder.sandbox.wire as wire


def frame(kind, token, index, value):
    encoded = wire.encode(value)
    sizes = len(encoded.structure), len(encoded.payload)
    return struct.pack("!4sB16sIIQ", b"FEW1", kind, token, index, *sizes) + encoded.structure + encoded.payload


# %% double
def double(x):
    here = sys._getframe()
    while "frame" not in here.f_locals or not hasattr(here.f_locals["frame"], "token"):
        here = here.f_back
    for index in range(50):
        os.write(3, frame(5, here.f_locals["frame"].token, index, {"returned": True}))
    return x
