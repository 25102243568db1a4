"""One guarded distance for both kinds of pairs, as a weighted sum."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    d = torch.sqrt(((first - second) ** 2).sum(-1) + 1e-8)
    y = same.to(d.dtype)
    return 0.5 * (y * d**2 + (1 - y) * torch.clamp(margin - d, min=0.0) ** 2)
