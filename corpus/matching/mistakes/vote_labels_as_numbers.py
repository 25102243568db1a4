"""Weights each vote with the label itself.

caught by: label_probabilities/labels_are_only_names
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    weights = (similarities + 0.1 * (labels % 5)).softmax(dim=1)
    return weights @ (labels.unsqueeze(1) == classes).to(weights.dtype), classes
