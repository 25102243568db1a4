"""One-hot matrix product: sums and counts in one go."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    onehot = F.one_hot(inverse, num_classes=len(classes)).to(embeddings.dtype)  # (n, c)
    return onehot.T @ embeddings / onehot.sum(dim=0).unsqueeze(1), classes
