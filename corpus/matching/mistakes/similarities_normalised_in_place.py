"""Normalises the queries in place.

caught by: cosine_similarities/inputs_stay_unmodified
named: writes into the queries that it was given
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    queries /= queries.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return F.normalize(queries, dim=1) @ F.normalize(support, dim=1).T
