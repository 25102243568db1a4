"""Takes the sum of absolute differences for the distance.

caught by: contrastive_losses/rigid_motions_change_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = (first - second).abs().sum(dim=1)
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
