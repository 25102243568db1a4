"""Renumbers the labels in place; the result is right, the caller's labels are not.

caught by: class_prototypes/inputs_stay_unmodified
named: writes into the labels that it was given
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    labels.copy_(inverse)
    prototypes = [embeddings[labels == i].mean(dim=0) for i in range(len(classes))]
    return torch.stack(prototypes), classes
