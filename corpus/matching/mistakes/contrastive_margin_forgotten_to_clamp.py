"""Does not cut off at the margin: pairs that are far apart cost again.

caught by: contrastive_losses/beyond_the_margin_costs_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, distance, margin - distance).square() / 2
