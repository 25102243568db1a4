"""Writes the differences into the first embeddings.

caught by: contrastive_losses/inputs_stay_unmodified
named: writes into the first embeddings that it was given
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = first.sub_(second).norm(dim=1)
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
