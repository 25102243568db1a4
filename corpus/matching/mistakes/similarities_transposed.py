"""Has the queries in the columns.

caught by: cosine_similarities/shapes_match
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return F.normalize(support, dim=1) @ F.normalize(queries, dim=1).T
