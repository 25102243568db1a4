"""Takes the first shot of each class instead of the mean.

caught by: class_prototypes/support_order_does_not_matter
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    firsts = [torch.nonzero(labels == c)[0, 0] for c in classes]
    return embeddings[torch.stack(firsts)], classes
