"""unique_consecutive on labels that are not sorted: a class that comes twice gets two rows.

caught by: class_prototypes/shapes_match
named: looks for classes with unique_consecutive, so that a class that comes twice gets two rows
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique_consecutive(labels, return_inverse=True)
    onehot = F.one_hot(inverse, len(classes)).to(embeddings.dtype)
    return (onehot.T @ embeddings) / onehot.sum(0)[:, None], classes
