"""Sigmoid of each negative distance by itself.

caught by: class_probabilities/rows_are_distributions
named: applies sigmoid to each negative squared distance by itself
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = ((queries[:, None] - prototypes[None]) ** 2).sum(-1)
    return torch.sigmoid(-d)
