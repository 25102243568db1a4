"""Scans all memory that it can read, which began as a copy of the zygote's, for what another submission holds.
Must: try -> LookupError
Layer: clean zygote
"""

# %% before
import ctypes

libc = ctypes.CDLL(None)
libc.memmem.restype = ctypes.c_void_p
libc.memmem.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def spans():
    with open("/proc/self/maps") as maps:
        for line in list(maps):
            ends, rights, *rest = line.split()
            low, high = (int(end, 16) for end in ends.split("-"))
            if rights.startswith("rw") and high - low < 1 << 28 and "[stack]" not in rest:
                yield low, high


# %% try
# What the neighbour's first cell says, put together here, so as not to find oneself.
middle, before, after = b'mine", ' + b'"w"', b'open("', b").write"
found = []
for low, high in spans():
    at = libc.memmem(low, high - low, middle, len(middle))
    while at:
        if at - low > 80 and ctypes.string_at(at - 6, 6) == before and ctypes.string_at(at + 10, 7) == after:
            found.append(ctypes.string_at(at - 80, 140))
        at = libc.memmem(at + 1, high - at - 1, middle, len(middle))
if not found:
    raise LookupError("nothing of anybody else")
print(found)
