"""Divides by the largest distance of the batch: what a pair costs depends on the others.

caught by: contrastive_losses/pairs_are_local
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    distance = distance / distance.max()
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
