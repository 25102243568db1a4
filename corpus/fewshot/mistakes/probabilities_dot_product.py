"""Dot product as similarity.

caught by: class_probabilities/rigid_motions_change_nothing
named: applies softmax to dot products
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    return F.softmax(queries @ prototypes.T, dim=-1)
