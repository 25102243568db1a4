"""Divides the class sums by n_way instead of by the class size.

caught by: class_prototypes/constant_class_gives_that_constant
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    n_way = len(classes)
    onehot = F.one_hot(inverse, n_way).to(embeddings.dtype)
    return onehot.T @ embeddings / n_way, classes
