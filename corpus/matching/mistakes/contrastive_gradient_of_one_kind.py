"""Cuts off the distances of pairs of one class where they are weighed against the others.

caught by: contrastive_losses/gradients_are_right
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    near = distance * distance.detach()
    return torch.where(same, near, (margin - distance).clamp(min=0).square()) / 2
