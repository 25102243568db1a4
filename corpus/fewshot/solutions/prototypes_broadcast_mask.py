"""Boolean mask, broadcast over the features."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels, sorted=True)
    mask = (labels.view(1, -1) == classes.view(-1, 1)).unsqueeze(-1)  # c x n x 1
    total = (embeddings.unsqueeze(0) * mask).sum(dim=1)
    return total / mask.sum(dim=1), classes
