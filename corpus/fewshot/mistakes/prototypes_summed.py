"""Adds the embeddings of a class up and never divides.

caught by: class_prototypes/duplicated_support_changes_nothing
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    return torch.stack([embeddings[labels == c].sum(dim=0) for c in classes]), classes
