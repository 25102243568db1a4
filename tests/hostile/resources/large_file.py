"""Writes one file that is larger than a file may be.
Must: try -> OSError
Layer: rlimits
"""

# %% try
with open("large", "wb") as large:
    large.truncate(12 << 20)
