"""A mutable default argument collects the embeddings of every call.

caught by: class_prototypes/no_memory_between_calls
named: collects the embeddings of every call, so that earlier support sets join the average
"""


# %% class_prototypes
def class_prototypes(embeddings, labels, groups={}):
    for x, y in zip(embeddings, labels.tolist()):
        groups.setdefault((y, len(x), x.dtype), []).append(x)
    classes = torch.unique(labels)
    d, dtype = embeddings.shape[1], embeddings.dtype
    return torch.stack([torch.stack(groups[c, d, dtype]).mean(0) for c in classes.tolist()]), classes
