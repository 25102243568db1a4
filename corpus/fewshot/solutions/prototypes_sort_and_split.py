"""Sort and split: bring the classes together, cut where the label changes."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    sorted_labels, order = torch.sort(labels)
    classes, sizes = torch.unique_consecutive(sorted_labels, return_counts=True)
    groups = torch.split(embeddings[order], sizes.tolist())
    return torch.stack([g.mean(0) for g in groups]), classes
