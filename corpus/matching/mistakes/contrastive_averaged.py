"""Takes the mean over the batch already: one number for all pairs.

caught by: contrastive_losses/shapes_match
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).square().sum(dim=1)
    far = (margin - (squares + 1e-16).sqrt()).clamp(min=0).square()
    return (torch.where(same, squares, far) / 2).mean()
