"""Returns the prototypes and forgets the classes.

caught by: class_prototypes/runs_and_returns_a_pair
named: returns the prototypes alone, without the classes
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    return torch.stack([embeddings[labels == c].mean(0) for c in labels.unique()])
