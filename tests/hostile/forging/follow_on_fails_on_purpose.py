"""Makes an earlier exercise fail on purpose, so that the later one is judged with the course's: it earns what it earns with a right one.
Must: double/runs -> raised; double/doubles -> skipped; centre/centres -> holds; centre/inputs_stay -> raised; centre/generators_stay -> raised
"""

# %% double
def double(x):
    raise ValueError("no")


# %% centre
def centre(x):
    mean = double(x.mean()) / 2
    x -= mean
    torch.rand(1)
    return x.clone()
