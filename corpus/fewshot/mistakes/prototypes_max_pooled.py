"""Maximum over the shots instead of their mean.

caught by: class_prototypes/affine_maps_commute
named: takes the largest value of each feature in a class instead of the mean
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    out = torch.zeros_like(embeddings[: len(classes)])
    index = inverse[:, None].expand_as(embeddings)
    return out.scatter_reduce(0, index, embeddings, reduce="amax", include_self=False), classes
