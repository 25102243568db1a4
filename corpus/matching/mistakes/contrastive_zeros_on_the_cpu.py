"""Compares with a tensor of zeros that lies on the CPU.

caught by: contrastive_losses/result_lies_where_the_inputs_lie
named: nothing
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    squares = (first - second).square().sum(dim=1)
    distances = (squares + 1e-12).sqrt()
    too_near = torch.maximum(margin - distances, torch.zeros(len(first), dtype=first.dtype))
    return torch.where(same, squares, too_near.square()) / 2
