"""Answers with frames of half a million tiny extensions, which cost the reader more than the writer.
Must: double/runs -> crashed, timed_out
"""

# %% double
def double(x):
    import os
    import struct
    import sys

    frame = sys._getframe()
    while "frame" not in frame.f_locals or not hasattr(frame.f_locals["frame"], "token"):
        frame = frame.f_back
    token = frame.f_locals["frame"].token
    body = b"\xdd" + struct.pack("!I", 90_000) + (b"\xdd" + struct.pack("!I", 6) + b"\xd4\x02\x90" * 6) * 90_000
    body = body[: 2 << 20]
    data = struct.pack("!4sB16sIIQ", b"FEW1", 5, token, 0, len(body), 0) + body
    while data:
        data = data[os.write(3, data) :]
