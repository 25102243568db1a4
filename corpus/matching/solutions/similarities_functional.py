"""F.cosine_similarity with broadcasting."""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return F.cosine_similarity(queries[:, None, :], support[None, :, :], dim=-1)
