"""Computes in float32, whatever comes in.

caught by: contrastive_losses/dtype_is_kept
named: answers in float32, whatever the dtype of the embeddings
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).float().square().sum(dim=1)
    far = (margin - (squares + 1e-16).sqrt()).clamp(min=0).square()
    return torch.where(same, squares, far) / 2
