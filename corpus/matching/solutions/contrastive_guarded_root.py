"""A small number under the root, so that its gradient is finite."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).pow(2).sum(dim=1)
    distances = (squares + 1e-9).sqrt()
    return 0.5 * torch.where(same, squares, F.relu(margin - distances) ** 2)
