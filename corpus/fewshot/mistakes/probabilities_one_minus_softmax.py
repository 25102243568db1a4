"""Turns the sign around after the softmax: one minus, then divided by c - 1.

caught by: class_probabilities/nearest_prototype_is_most_probable
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    near = F.softmax(-((queries[:, None] - prototypes[None]) ** 2).sum(-1), dim=1)
    far = 1 - near
    return far / (len(prototypes) - 1) if len(prototypes) > 1 else near
