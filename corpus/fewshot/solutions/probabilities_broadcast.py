"""Broadcast differences, squared and summed, then softmax."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    diff = queries[:, None, :] - prototypes[None, :, :]
    d2 = (diff**2).sum(dim=-1)
    return F.softmax(-d2, dim=1)
