"""Is wrong where the search for a small example starts, and right when it is asked again in a fresh process.
Must: double/adds_up -> inconsistent, falsified, holds; gain -> double/adds_up
"""

# %% double
asked = []


def double(x):
    asked.append(1)
    return 2 * x if len(asked) < 5 else x + x.abs()
