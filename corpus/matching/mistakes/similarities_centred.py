"""Subtracts the mean of the support set first: how alike two vectors are depends on the others.

caught by: cosine_similarities/pairs_are_independent
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    mean = support.mean(dim=0)
    return F.normalize(queries - mean, dim=1) @ F.normalize(support - mean, dim=1).T
