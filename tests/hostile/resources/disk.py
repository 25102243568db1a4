"""Fills the disk with one file and with many.
Must: try -> OSError, Crashed
Layer: own scratch
Beyond: landlock+seccomp
"""

# %% try
with open("big", "wb", 0) as big:
    for _ in range(64):
        big.write(bytes(1 << 20))

# %% try
for number in range(64):
    with open(f"file-{number}", "wb", 0) as one:
        one.write(bytes(1 << 20))
