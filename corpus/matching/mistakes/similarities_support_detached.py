"""Treats the support set as data: no gradient reaches it.

caught by: cosine_similarities/gradients_reach_queries_and_support
named: cuts the support set off from autograd: only the queries get a gradient
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    return F.normalize(queries, dim=1) @ F.normalize(support, dim=1).detach().T
