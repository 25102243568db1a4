"""Preallocated tensor of the right dtype, filled row by row."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.tensor(sorted(set(labels.tolist())), dtype=labels.dtype, device=labels.device)
    prototypes = torch.empty(
        (len(classes), embeddings.shape[-1]), dtype=embeddings.dtype, device=embeddings.device
    )
    for i in range(len(classes)):
        members = torch.nonzero(labels == classes[i]).squeeze(1)
        prototypes[i] = torch.mean(embeddings.index_select(0, members), 0)
    return prototypes, classes
