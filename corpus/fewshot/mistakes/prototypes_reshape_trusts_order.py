"""Reshapes to (n_way, k_shot, d) as if the support set came class by class.

caught by: class_prototypes/support_order_does_not_matter
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    n_way = len(classes)
    k_shot = len(labels) // n_way
    x = embeddings[: n_way * k_shot].view(n_way, k_shot, -1)
    return x.mean(dim=1), classes
