"""pad_sequence makes one tensor of all classes; the sums are divided by the sizes of the classes."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, counts = labels.unique(return_counts=True)
    groups = [embeddings[labels == k] for k in classes]
    padded = nn.utils.rnn.pad_sequence(groups, batch_first=True)
    return padded.sum(dim=1) / counts.unsqueeze(1).to(embeddings), classes
