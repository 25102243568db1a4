"""Keeps the label in a column beside the embedding, in its dtype.

caught by: class_prototypes/large_neighbouring_labels_are_two_classes
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    rows = torch.cat([labels.unsqueeze(1).to(embeddings), embeddings], dim=1)
    names = rows[:, 0].detach().unique()
    means = torch.stack([rows[rows[:, 0] == k].mean(dim=0) for k in names])
    return means[:, 1:], names.long()
