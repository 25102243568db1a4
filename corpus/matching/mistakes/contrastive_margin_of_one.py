"""Has a margin of 1 written into it.

caught by: contrastive_losses/agrees_with_the_reference
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, distance, (1.0 - distance).clamp(min=0)).square() / 2
