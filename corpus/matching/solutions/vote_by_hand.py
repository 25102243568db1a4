"""The softmax by hand, moved by the largest similarity; scatter_add for the classes."""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    where = torch.searchsorted(classes, labels)
    e = torch.exp(similarities - similarities.max(dim=1, keepdim=True).values.detach())
    total = torch.zeros(len(e), len(classes), dtype=e.dtype, device=e.device).scatter_add(1, where.expand(len(e), -1), e)
    return total / e.sum(1, keepdim=True), classes
