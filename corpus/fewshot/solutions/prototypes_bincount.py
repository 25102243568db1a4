"""bincount of the inverse for the sizes, scatter_add for the sums."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    n_k = torch.bincount(inverse, minlength=classes.shape[0])
    sums = torch.zeros_like(embeddings[: len(classes)]).scatter_add(
        0, inverse[:, None].expand_as(embeddings), embeddings
    )
    prototypes = sums / n_k.unsqueeze(-1)
    return prototypes, classes
