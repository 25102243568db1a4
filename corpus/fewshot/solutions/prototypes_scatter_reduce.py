"""scatter_reduce with reduce='mean'."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = labels.unique(return_inverse=True)
    idx = inverse.unsqueeze(1).expand(-1, embeddings.size(1))
    out = torch.zeros(classes.numel(), embeddings.size(1), dtype=embeddings.dtype, device=embeddings.device)
    out = out.scatter_reduce(0, idx, embeddings, reduce="mean", include_self=False)
    return out, classes
