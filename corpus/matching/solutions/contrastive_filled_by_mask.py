"""An empty vector, filled by mask for each kind of pair; the norm of torch, whose gradient at 0 is 0."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    distance = torch.linalg.vector_norm(first - second, dim=1)
    losses = torch.empty_like(distance)
    losses[same] = (first - second)[same].square().sum(1) / 2
    losses[~same] = (margin - distance[~same]).clamp(min=0).square() / 2
    return losses
