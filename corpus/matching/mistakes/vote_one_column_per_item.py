"""Returns the weights of the items and never adds them up.

caught by: label_probabilities/shapes_match
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    return similarities.softmax(dim=1), labels.unique()
