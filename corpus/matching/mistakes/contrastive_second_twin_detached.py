"""Cuts the second twin off from the graph.

caught by: contrastive_losses/gradients_reach_both_twins
named: cuts the second embeddings off from autograd: only the first ones get a gradient
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second.detach())
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
