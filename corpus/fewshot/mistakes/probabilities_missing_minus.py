"""Forgets the minus: the farthest class wins.

caught by: class_probabilities/nearest_prototype_is_most_probable
named: forgets the minus: the farthest class gets the largest probability
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    dist = torch.pow(queries.unsqueeze(1) - prototypes.unsqueeze(0), 2).sum(2)
    return F.softmax(dist, dim=1)
