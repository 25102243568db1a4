"""Loops for ever in a cell.
Must: try -> TimedOut
Layer: deadline
"""

# %% try
while True:
    pass
