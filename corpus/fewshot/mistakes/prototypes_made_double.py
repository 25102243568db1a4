"""Always answers in float64.

caught by: class_prototypes/dtype_and_device_are_kept
named: always answers in float64
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    onehot = F.one_hot(inverse).double()
    return onehot.T @ embeddings.double() / onehot.sum(0).unsqueeze(1), classes
