"""Compares the squared distance with the margin.

caught by: contrastive_losses/agrees_with_the_reference
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).square().sum(dim=1)
    return torch.where(same, squares, (margin - squares).clamp(min=0)) / 2
