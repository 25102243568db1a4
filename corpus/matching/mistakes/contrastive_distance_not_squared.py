"""Pairs of one class cost half of their distance, not of its square.

caught by: contrastive_losses/same_pairs_cost_the_square
named: takes half the distance for pairs of one class, not half its square
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, distance, (margin - distance).clamp(min=0).square()) / 2
