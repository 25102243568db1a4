"""Subtracts the mean of the support set first and never adds it back.

caught by: class_prototypes/classes_do_not_influence_each_other
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    x = embeddings - embeddings.mean(dim=0)
    classes = torch.unique(labels)
    return torch.stack([x[labels == c].mean(0) for c in classes]), classes
