"""Divides by the lengths: 0/0 for a vector of zeros.

caught by: cosine_similarities/a_zero_vector_is_like_nothing
named: divides by the lengths as they are: 0/0 for a vector of zeros
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    lengths = queries.norm(dim=1, keepdim=True) * support.norm(dim=1)
    return queries @ support.T / lengths
