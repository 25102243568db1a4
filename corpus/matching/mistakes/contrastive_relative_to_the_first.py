"""Measures the distance in units of the first embedding's length.

caught by: contrastive_losses/swapping_the_pair_changes_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second) / (1 + first.norm(dim=1))
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
