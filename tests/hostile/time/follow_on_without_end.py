"""Comes to no end as soon as the course's solution of an earlier exercise is there, in every call of it.
Must: double/runs -> holds; double/doubles -> falsified; centre/centres -> falsified
"""

# %% centre
def centre(x):
    x += 1  # as rude as the half-right student's
    torch.rand(1)
    while double.__code__.co_consts == (None, 2):
        pass
    return x + double(x.mean())
