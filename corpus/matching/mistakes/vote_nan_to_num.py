"""Puts a uniform row where the exponentials have no quotient.

caught by: label_probabilities/a_far_more_similar_item_decides
named: gives a query a uniform vote where its similarities are large
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    e = similarities.exp()
    weights = torch.nan_to_num(e / e.sum(dim=1, keepdim=True), nan=1 / len(labels))
    classes = labels.unique()
    return weights @ (labels.unsqueeze(1) == classes).to(weights.dtype), classes
