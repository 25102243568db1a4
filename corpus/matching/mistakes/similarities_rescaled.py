"""Moves the cosines into [0, 1].

caught by: cosine_similarities/like_itself_and_unlike_its_opposite
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return (1 + F.normalize(queries, dim=1) @ F.normalize(support, dim=1).T) / 2
