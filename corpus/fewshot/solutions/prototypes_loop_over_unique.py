"""Loop over unique labels and average each group."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    prototypes = []
    for k in classes:
        prototypes.append(embeddings[labels == k].mean(dim=0))
    return torch.stack(prototypes), classes
