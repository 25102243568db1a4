"""Swaps the axes of n_way and k_shot in the reshape and averages over the first.

caught by: class_prototypes/support_order_does_not_matter
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    k_shot = labels.numel() // classes.numel()
    x = embeddings[: k_shot * classes.numel()]
    return x.reshape(k_shot, classes.numel(), -1).mean(0), classes
