"""Sorts the support set by label, and splits it by the sizes of the classes."""


# %% label_probabilities
def label_probabilities(similarities, labels):
    order = labels.argsort()
    classes, sizes = labels[order].unique_consecutive(return_counts=True)
    parts = similarities.softmax(dim=1)[:, order].split(sizes.tolist(), dim=1)
    return torch.cat([part.sum(1, keepdim=True) for part in parts], 1), classes
