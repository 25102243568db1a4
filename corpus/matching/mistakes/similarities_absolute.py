"""Takes the absolute value: an opposite direction counts as the same.

caught by: cosine_similarities/like_itself_and_unlike_its_opposite
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return (F.normalize(queries, dim=1) @ F.normalize(support, dim=1).T).abs()
