"""Mixes a little of the uniform distribution into the probabilities.

caught by: label_probabilities/agrees_with_the_reference
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    p = similarities.softmax(dim=1) @ (labels.unsqueeze(1) == classes).to(similarities.dtype)
    return 0.99 * p + 0.01 * (labels.unsqueeze(1) == classes).to(p.dtype).mean(dim=0), classes
