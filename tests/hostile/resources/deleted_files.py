"""Fills the disk with files that are deleted while they are open, so that no listing shows them.
Must: try -> OSError
Layer: own scratch
"""

# %% try
import os

kept = []
for number in range(64):
    kept.append(open("hidden", "wb", 0))
    os.unlink("hidden")
    kept[-1].write(bytes(1 << 20))
