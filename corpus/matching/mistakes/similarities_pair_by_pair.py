"""Compares row by row instead of every query with every item.

caught by: cosine_similarities/shapes_match
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    n = min(len(queries), len(support))
    return F.cosine_similarity(queries[:n], support[:n], dim=1)
