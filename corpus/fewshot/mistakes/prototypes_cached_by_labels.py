"""Caches the answer by the labels alone, so that new embeddings get old prototypes.

caught by: class_prototypes/no_memory_between_calls
"""

# %% class_prototypes
cache = {}


def class_prototypes(embeddings, labels):
    key = (tuple(labels.tolist()), embeddings.shape[1], embeddings.dtype)
    if key not in cache:
        classes = torch.unique(labels)
        cache[key] = torch.stack([embeddings[labels == c].mean(0) for c in classes]), classes
    return cache[key]
