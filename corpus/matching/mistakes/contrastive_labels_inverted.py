"""Mistakes the two kinds of pairs for each other, as in the paper's Y.

caught by: contrastive_losses/a_same_pair_at_distance_0_costs_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, (margin - distance).clamp(min=0), distance).square() / 2
