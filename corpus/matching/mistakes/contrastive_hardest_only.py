"""Keeps only the hardest pair of different classes, and lets the others cost nothing.

caught by: contrastive_losses/pairs_are_local
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(first, second)
    far = torch.where(same, 0.0, (margin - distance).clamp(min=0))
    far = far * (far == far.max())
    return torch.where(same, distance, far).square() / 2
