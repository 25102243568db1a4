"""A loop over the classes, the weights of each summed by mask."""


# %% label_probabilities
def label_probabilities(similarities, labels):
    weights = torch.softmax(similarities, -1)
    classes = torch.unique(labels)
    columns = [weights[:, labels == k].sum(dim=1) for k in classes]
    return torch.stack(columns, dim=1), classes
