"""Normalises the prototypes to unit length.

caught by: class_prototypes/affine_maps_commute
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    means = torch.stack([embeddings[labels == c].mean(0) for c in classes])
    return F.normalize(means, dim=1), classes
