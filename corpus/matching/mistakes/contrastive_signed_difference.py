"""Adds up the differences with their signs: the first item of a pair has to be the smaller one.

caught by: contrastive_losses/swapping_the_pair_changes_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = (second - first).clamp(min=0).square().sum(dim=1).add(1e-16).sqrt()
    far = (margin - distance).clamp(min=0)
    return torch.where(same, distance.square(), far.square()) / 2
