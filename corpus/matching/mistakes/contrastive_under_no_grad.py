"""Computes everything without gradients.

caught by: contrastive_losses/gradients_reach_both_twins
named: computes without gradients: no embedding gets one
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    with torch.no_grad():
        distance = F.pairwise_distance(first, second)
        return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
