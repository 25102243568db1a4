"""Averages over the features instead of over the shots of a class.

caught by: class_prototypes/shapes_match
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    prototypes = torch.cat([embeddings[labels == c].mean(1) for c in classes])
    return prototypes, classes
