"""Forgets the factor one half.

caught by: contrastive_losses/agrees_with_the_reference
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square()
