"""squeeze() at the end, which eats the axis of a single query or a single class.

caught by: class_probabilities/shapes_match
named: squeezes the result, which drops the axis of a single query or a single class
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = ((queries[:, None] - prototypes[None]) ** 2).sum(-1)
    return torch.softmax(-d, dim=1).squeeze()
