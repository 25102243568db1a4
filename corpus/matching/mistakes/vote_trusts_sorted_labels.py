"""Believes that equal labels stand side by side, in the order of the classes.

caught by: label_probabilities/support_order_does_not_matter
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes, counts = labels.unique(return_counts=True)
    parts = similarities.softmax(dim=1).split(counts.tolist(), dim=1)
    return torch.stack([part.sum(dim=1) for part in parts], dim=1), classes
