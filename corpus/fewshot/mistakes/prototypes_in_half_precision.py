"""Averages in bfloat16 "for speed" and casts back.

caught by: class_prototypes/agrees_with_the_reference
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    small = embeddings.bfloat16()
    classes = torch.unique(labels)
    prototypes = torch.stack([small[labels == c].mean(0) for c in classes])
    return prototypes.to(embeddings.dtype), classes
