"""Returns a dict whose keys all collide, to make whoever reads it slow.
Must: double/runs -> falsified
"""

# %% double
def double(x):
    return {str(i * (2**61 - 1)): i for i in range(5000)}
