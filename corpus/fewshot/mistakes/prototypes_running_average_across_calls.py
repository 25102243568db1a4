"""Keeps a running average over all calls, as if episodes shared their classes.

caught by: class_prototypes/no_memory_between_calls
"""

# %% class_prototypes
seen = {}


def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    rows = []
    for c in classes:
        mean = embeddings[labels == c].mean(0)
        key = (int(c), *mean.shape, mean.dtype)
        if key in seen:
            mean = 0.9 * seen[key] + 0.1 * mean
        seen[key] = mean.detach()
        rows.append(mean)
    return torch.stack(rows), classes
