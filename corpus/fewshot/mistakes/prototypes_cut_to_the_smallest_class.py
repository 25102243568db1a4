"""Takes as many points of every class as the smallest one has.

caught by: class_prototypes/classes_may_differ_in_size
named: takes as many points of every class as the smallest one has
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, counts = labels.unique(return_counts=True)
    shots = int(counts.min())
    table = torch.stack([embeddings[labels == k][:shots] for k in classes])
    return table.mean(dim=1), classes
