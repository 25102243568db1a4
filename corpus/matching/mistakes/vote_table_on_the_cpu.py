"""Adds up the votes in a table that lies on the CPU.

caught by: label_probabilities/result_lies_where_the_inputs_lie
named: nothing
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes, where = labels.unique(return_inverse=True)
    weights = similarities.softmax(dim=1)
    total = torch.zeros(len(weights), len(classes), dtype=weights.dtype)
    return total.index_add(1, where, weights), classes
