"""Divides the similarities by a temperature of 2.

caught by: label_probabilities/one_shot_is_the_prototypical_network
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    weights = (similarities / 2).softmax(dim=1)
    return weights @ (labels.unsqueeze(1) == classes).to(weights.dtype), classes
