"""Rows in order of appearance, names ascending: row i does not belong to classes[i].

caught by: class_prototypes/support_order_does_not_matter
named: has its rows in the order of appearance and its classes ascending, so that row i does not belong to classes[i]
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    groups = {}
    for x, y in zip(embeddings, labels.tolist()):
        groups.setdefault(y, []).append(x)
    prototypes = torch.stack([torch.stack(g).mean(0) for g in groups.values()])
    return prototypes, torch.unique(labels)
