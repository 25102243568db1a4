"""Divides the distances of each query by their sum before the softmax.

caught by: class_probabilities/dropping_a_class_renormalises
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = ((queries[:, None] - prototypes[None]) ** 2).sum(-1)
    d = d / (d.sum(dim=1, keepdim=True) + 1e-12)
    return F.softmax(-d, dim=1)
