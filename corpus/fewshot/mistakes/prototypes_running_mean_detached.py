"""Right values, but the running mean is detached at every step: early shots get too much gradient.

caught by: class_prototypes/gradient_is_shared_equally
named: has the right values, and detaches a running mean at every step, so that early shots get too large a gradient
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    rows = []
    for c in classes:
        mean = torch.zeros_like(embeddings[0])
        for n, x in enumerate(embeddings[labels == c], start=1):
            mean = mean + (x - mean.detach()) / n
        rows.append(mean)
    return torch.stack(rows), classes
