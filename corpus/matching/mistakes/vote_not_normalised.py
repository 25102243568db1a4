"""Forgets the denominator of the softmax.

caught by: label_probabilities/rows_are_distributions
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    weights = similarities.exp()
    return weights @ (labels.unsqueeze(1) == classes).to(weights.dtype), classes
