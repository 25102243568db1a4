"""Compares labels as float32, which has one number for 16777216 and 16777217.

caught by: label_probabilities/labels_are_only_names
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    names = labels.float()
    member = (names.unsqueeze(1) == names.unique()).to(similarities.dtype)
    return similarities.softmax(dim=1) @ member, names.unique().long()
