"""Multiplies an (n, c) mask with an (n, d) table without a new axis, which does not run.

caught by: class_prototypes/runs_and_returns_a_pair
named: nothing
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    mask = (labels[:, None] == classes[None, :]).to(embeddings.dtype)  # n x c
    prototypes = (mask @ embeddings) / mask.sum(0)
    return prototypes, classes
