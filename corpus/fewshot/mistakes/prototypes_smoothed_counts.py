"""Adds one to every count "against division by zero".

caught by: class_prototypes/single_shot_gives_itself
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = torch.unique(labels, return_inverse=True)
    onehot = F.one_hot(inverse, len(classes)).to(embeddings.dtype)
    return torch.einsum("nc,nd->cd", onehot, embeddings) / (onehot.sum(0) + 1).unsqueeze(1), classes
