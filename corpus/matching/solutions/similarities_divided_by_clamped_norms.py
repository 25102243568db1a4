"""The dot products over the product of the lengths, which are kept from zero."""


# %% cosine_similarities
def cosine_similarities(queries, support):
    q = queries.norm(dim=1, keepdim=True).clamp(min=1e-12)
    s = support.norm(dim=1).clamp(min=1e-12)
    return queries @ support.t() / q / s
