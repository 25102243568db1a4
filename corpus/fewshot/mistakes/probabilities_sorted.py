"""Sorts the distances, so that the columns no longer belong to the classes.

caught by: class_probabilities/permuting_prototypes_permutes_columns
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d, _ = torch.sort(((queries[:, None] - prototypes[None]) ** 2).sum(-1), dim=1)
    return F.softmax(-d, dim=1)
