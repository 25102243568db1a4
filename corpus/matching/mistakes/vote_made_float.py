"""Casts the table of memberships to float32 and the weights with it.

caught by: label_probabilities/dtype_is_kept
named: answers in float32, whatever the dtype of the similarities
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    return similarities.float().softmax(dim=1) @ (labels.unsqueeze(1) == classes).float(), classes
