"""Answers questions before they are asked: frames lie in the channel when the first question comes.
Must: says -> sent something that is no answer; double/runs -> holds; centre/centres -> missing
Layer: token
"""

# %% before
import os
import struct

import numpy as np

import autograder.sandbox.wire as wire
from autograder.model import Tensor


def frame(kind, token, index, value):
    encoded = wire.encode(value)
    sizes = len(encoded.structure), len(encoded.payload)
    return struct.pack("!4sB16sIIQ", b"FEW1", kind, token, index, *sizes) + encoded.structure + encoded.payload


# %% centre
def centre(x):
    return x


# The last cell before the questions: its own answer, and then one for a question that nobody has asked yet.
token = bytes(16)
os.write(3, frame(3, token, 0, {"outputs": [], "raised": None}))
os.write(3, frame(3, token, 0, {"outputs": [], "raised": None}))
os.write(3, frame(5, token, 0, {"returned": Tensor(np.zeros(2), "float64")}))
