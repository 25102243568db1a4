"""Sorts by label, then cuts into equal parts as if all classes had equally many shots.

caught by: class_prototypes/classes_may_differ_in_size
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    x = embeddings[torch.argsort(labels, stable=True)]
    parts = torch.tensor_split(x, len(classes))
    return torch.stack([part.mean(0) for part in parts]), classes
