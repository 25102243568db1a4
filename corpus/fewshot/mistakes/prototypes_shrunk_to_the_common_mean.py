"""Mixes every prototype with the mean of the whole support set.

caught by: class_prototypes/classes_do_not_influence_each_other
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    overall = embeddings.mean(0)
    means = [0.9 * embeddings[labels == c].mean(0) + 0.1 * overall for c in classes]
    return torch.stack(means), classes
