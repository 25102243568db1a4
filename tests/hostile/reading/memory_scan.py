"""Scans all memory that it can read, which began as a copy of the zygote's, for what another submission holds.
Must: try -> LookupError
Layer: clean zygote
"""

# %% before
import ctypes

PIECE = 1 << 22


def pieces():
    with open("/proc/self/maps") as maps:
        for line in list(maps):
            ends, rights, *rest = line.split()
            low, high = (int(end, 16) for end in ends.split("-"))
            if rights.startswith("rw") and high - low < 1 << 28 and "[stack]" not in rest:
                yield from (ctypes.string_at(at, min(PIECE, high - at)) for at in range(low, high, PIECE))


# %% try
# The neighbour's first cell says `open("mine", "w").write(secret)`: put together here, so as not to find oneself.
middle, before, after = b'mine", ' + b'"w"', b'open("', b").write"
found = []
for text in pieces():
    at = text.find(middle)
    while at >= 0:
        if text[at - 6 : at] == before and text[at + 10 : at + 17] == after:
            found.append(text[at - 80 : at + 60])
        at = text.find(middle, at + 1)
if not found:
    raise LookupError("nothing of anybody else")
print(found)
