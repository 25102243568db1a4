"""Loops for ever in a cell.
Must: try -> TimedOut
"""

# %% try
while True:
    pass
