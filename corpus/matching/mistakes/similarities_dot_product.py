"""Takes the dot product, without the lengths.

caught by: cosine_similarities/lengths_do_not_matter
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return queries @ support.T
