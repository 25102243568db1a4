"""One-hot of the positions, and a product of matrices."""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    one_hot = F.one_hot(inverse, num_classes=len(classes)).to(similarities)
    return similarities.softmax(1) @ one_hot, classes
