"""Leaves in the middle of a call, with a status that says that all went well.
Must: double/runs -> crashed
"""

# %% double
def double(x):
    import os

    os._exit(0)
