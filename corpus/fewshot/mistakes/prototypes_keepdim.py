"""Leaves the averaged axis in: (c, 1, d) instead of (c, d).

caught by: class_prototypes/shapes_match
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    return torch.stack([embeddings[labels == c].mean(dim=0, keepdim=True) for c in classes]), classes
