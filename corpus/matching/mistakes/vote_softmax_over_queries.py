"""Takes the softmax over the queries.

caught by: label_probabilities/queries_are_independent
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    weights = similarities.softmax(dim=0)
    p = weights @ (labels.unsqueeze(1) == classes).to(weights.dtype)
    return p / p.sum(dim=1, keepdim=True), classes
