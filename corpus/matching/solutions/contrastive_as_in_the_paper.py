"""(1 - Y) D^2 / 2 + Y max(0, m - D)^2 / 2 with numbers in place of truth values, and a small number under the root."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    y = (~same).to(first.dtype)
    square = ((first - second) ** 2).sum(dim=1)
    distance = torch.sqrt(square + torch.finfo(first.dtype).tiny)
    return (1 - y) * square / 2 + y * torch.clamp(margin - distance, min=0) ** 2 / 2
