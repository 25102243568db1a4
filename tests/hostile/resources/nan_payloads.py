"""Returns numbers that compare oddly: NaNs of every payload, infinities, denormals, negative zeros.
Must: double/doubles -> falsified; centre/centres -> falsified
"""

# %% double
import struct


def double(x):
    payload = struct.unpack("d", struct.pack("Q", 0x7FF4DEADBEEF0001))[0]
    return torch.full_like(x, payload)


# %% centre
def centre(x):
    x -= 1
    torch.rand(1)
    return torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 5e-324], dtype=x.dtype)[: len(x)]
