"""Adds up the similarities of a class, and takes the softmax of the sums.

caught by: label_probabilities/joining_two_classes_adds_their_probabilities
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    sums = similarities @ (labels.unsqueeze(1) == classes).to(similarities.dtype)
    return sums.softmax(dim=1), classes
