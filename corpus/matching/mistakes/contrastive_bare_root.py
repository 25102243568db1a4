"""Takes the root of the squared distance: its gradient at 0 is infinite, and infinity times 0 is NaN.

caught by: contrastive_losses/gradient_is_finite_at_distance_0
named: takes the bare root of the squared distance: its gradient at distance 0 is infinite, and infinity times 0 is not a number
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = (first - second).square().sum(dim=1).sqrt()
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
