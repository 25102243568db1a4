"""Lists the classes in the order in which they first appear, not ascending.

caught by: class_prototypes/classes_are_the_sorted_labels
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    names = list(dict.fromkeys(labels.tolist()))
    prototypes = torch.stack([embeddings[labels == n].mean(0) for n in names])
    return prototypes, torch.tensor(names, device=labels.device)
