"""Normalises the embeddings to length 1 before it compares them.

caught by: contrastive_losses/rigid_motions_change_nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = F.pairwise_distance(F.normalize(first, dim=1), F.normalize(second, dim=1))
    return torch.where(same, distance, (margin - distance).clamp(min=0)).square() / 2
