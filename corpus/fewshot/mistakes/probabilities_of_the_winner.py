"""Returns the probability of the most probable class only.

caught by: class_probabilities/shapes_match
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    p = F.softmin(((queries[:, None] - prototypes[None]) ** 2).sum(-1), dim=1)
    return p.max(dim=1).values
