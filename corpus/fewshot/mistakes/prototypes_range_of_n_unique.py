"""Loops over range(n_unique) as if the labels were 0, 1, 2, ...; other labels give the mean of nothing.

caught by: class_prototypes/labels_are_only_names
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    means = [embeddings[labels == i].mean(0) for i in range(len(classes))]
    return torch.stack(means), classes
