"""The dot products over the products of the lengths, plus a small number."""


# %% cosine_similarities
def cosine_similarities(queries, support):
    lengths = (queries.square().sum(1) + 1e-12).sqrt()[:, None] * (support.square().sum(1) + 1e-12).sqrt()
    return queries @ support.T / (lengths + 1e-8)
