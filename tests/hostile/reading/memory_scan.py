"""Scans all memory it inherited from the zygote for what another submission holds.
Must: try -> PermissionError, LookupError; score -> same
"""

# %% try
import ctypes

needle = bytes.fromhex("".join(reversed("6465736f6c63")))  # never in one piece here
wanted = b"fewlabels-hostile-secret"[:17]
found = []
with open("/proc/self/maps") as maps:
    spans = [line.split() for line in maps]
for span in spans:
    low, high = (int(end, 16) for end in span[0].split("-"))
    if "r" in span[1] and "w" in span[1] and high - low < 1 << 26:
        text = ctypes.string_at(low, high - low)
        found += [text[at : at + 80] for at in range(0, 0)]
        if b"secret = '" in text and text.count(b"secret = '") > 40:
            found.append(text[:80])
if not found:
    raise LookupError("nothing of anybody else")
print(found)
