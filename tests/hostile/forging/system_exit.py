"""Leaves with exceptions that are no errors, so that whoever runs it believes that it is done.
Must: double/runs -> raised
"""

# %% double
def double(x):
    raise SystemExit(0)


# %% centre
def centre(x):
    raise GeneratorExit
