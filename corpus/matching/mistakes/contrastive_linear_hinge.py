"""Forgets the clamp and the square of the hinge: other pairs cost margin minus distance.

caught by: contrastive_losses/no_loss_is_negative
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    return torch.where(same, distance.square() / 2, margin - distance)
