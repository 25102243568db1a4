"""Makes a column for every number up to the largest label.

caught by: label_probabilities/shapes_match
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    least = labels.min()
    one_hot = F.one_hot(labels - least).to(similarities.dtype)
    return similarities.softmax(dim=1) @ one_hot, torch.arange(one_hot.shape[1]) + least
