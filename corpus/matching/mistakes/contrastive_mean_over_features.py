"""Averages the squared differences over the features.

caught by: contrastive_losses/agrees_with_the_reference
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = (first - second).square().mean(dim=1).add(1e-16).sqrt()
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
