"""Subtracts the largest similarity in place.

caught by: label_probabilities/inputs_stay_unmodified
named: writes into the similarities that it was given
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    similarities -= similarities.amax(dim=1, keepdim=True)
    return similarities.softmax(dim=1) @ (labels.unsqueeze(1) == classes).to(similarities.dtype), classes
