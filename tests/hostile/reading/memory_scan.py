"""Scans all memory that it can read, which began as a copy of the zygote's, for what another submission holds.
Must: try -> LookupError
Layer: clean zygote
"""

# %% before
import ctypes
import re


def spans():
    with open("/proc/self/maps") as maps:
        for line in maps:
            ends, rights, *rest = line.split()
            low, high = (int(end, 16) for end in ends.split("-"))
            if rights.startswith("rw") and high - low < 1 << 25 and "[stack]" not in rest:
                yield low, high


# %% try
# The neighbour's first cell says `open("mine", "w").write(secret)`: put together here, so as not to find oneself.
words = [b"open(", b'"mine"', b", ", b'"w"', b").write"]
found = []
for low, high in spans():
    text = ctypes.string_at(low, high - low)
    at = text.find(words[1] + words[2] + words[3])
    while at >= 0:
        if text[at - 5 : at] == words[0] and text[at + 13 : at + 20] == words[4]:
            found.append(text[at - 80 : at + 60])
        at = text.find(words[1] + words[2] + words[3], at + 1)
if not found:
    raise LookupError("nothing of anybody else")
print(found)
