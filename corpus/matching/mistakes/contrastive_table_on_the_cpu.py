"""Fills a table that lies on the CPU, wherever the embeddings are.

caught by: contrastive_losses/result_lies_where_the_inputs_lie
named: has the losses on the CPU, wherever the embeddings are
"""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    losses = torch.empty(len(first), dtype=first.dtype)
    for i, square in enumerate((first - second).square().sum(dim=1)):
        far = (margin - (square + 1e-12).sqrt()).clamp(min=0) ** 2
        losses[i] = (square if same[i] else far) / 2
    return losses
