"""Reads all questions of the batch off the worker's stack, and gives answers that agree with each other instead of right ones.
Must: double/doubles -> falsified; gain -> double/adds_up
"""

# %% double
def double(x):
    return 3 * x  # consistent in every question that relates answers to answers; only a known value shows it
