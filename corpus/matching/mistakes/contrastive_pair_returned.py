"""Returns the two kinds of losses apart instead of one loss for each pair.

caught by: contrastive_losses/runs_and_returns_a_tensor
named: returns two losses, one for each kind of pairs, instead of one loss for each pair
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).square().sum(dim=1)
    far = (margin - (squares + 1e-16).sqrt()).clamp(min=0).square()
    return squares / 2 * same, far / 2 * ~same
