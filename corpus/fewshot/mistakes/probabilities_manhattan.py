"""Sum of absolute differences instead of squares.

caught by: class_probabilities/rigid_motions_change_nothing
named: sums absolute differences instead of squared ones
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    return F.softmax(-torch.cdist(queries, prototypes, p=1), dim=1)
