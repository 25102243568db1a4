"""Standardises the distances over the whole batch of queries.

caught by: class_probabilities/queries_are_independent
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = ((queries[:, None] - prototypes[None]) ** 2).sum(-1)
    d = (d - d.mean()) / (d.std(correction=0) + 1e-8)
    return F.softmax(-d, dim=1)
