"""In logarithms: the logsumexp of each class, minus that of all."""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    by_class = [similarities[:, labels == k].logsumexp(dim=1) for k in classes]
    return torch.stack(by_class, dim=1).softmax(dim=1), classes
