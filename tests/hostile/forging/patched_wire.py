"""Replaces the modules of the worker: its encoding, its frames, its loop.
Must: double/runs -> crashed, timed_out, falsified, raised
"""

# %% before
import json

import msgpack

import autograder.sandbox.frames as frames
import autograder.sandbox.outcomes as outcomes
import autograder.sandbox.worker.main as main

msgpack.packb = msgpack.unpackb = lambda *arguments, **keywords: b"\xc3"
outcomes.to_plain = main.to_plain = lambda outcome: {"returned": True}
