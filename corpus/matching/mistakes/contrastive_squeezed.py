"""Squeezes the losses, so that a single pair has a loss without dimensions.

caught by: contrastive_losses/shapes_match
named: squeezes its result, which drops the axis of a single pair
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).square().sum(dim=1, keepdim=True)
    far = (margin - (squares + 1e-16).sqrt()).clamp(min=0).square()
    return (torch.where(same.unsqueeze(1), squares, far) / 2).squeeze()
