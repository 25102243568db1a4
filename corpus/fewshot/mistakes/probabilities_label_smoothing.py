"""Mixes in one percent of the uniform distribution.

caught by: class_probabilities/dropping_a_class_renormalises
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    p = torch.softmax(-((queries[:, None] - prototypes) ** 2).sum(2), 1)
    return 0.99 * p + 0.01 / p.shape[1]
