"""Squeezes the result: a single query has no row any more.

caught by: cosine_similarities/shapes_match
named: squeezes its result, which drops the axis of a single query or support item
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return F.cosine_similarity(queries.unsqueeze(1), support, dim=2).squeeze()
