"""Asks the network for its parameters, which a plain function does not have.

caught by: episode_loss/runs_and_returns_loss_and_accuracy
named: nothing
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    dtype = next(embed.parameters()).dtype
    prototypes, classes = class_prototypes(embed(support_x.to(dtype)), support_y)
    logits = -(torch.cdist(embed(query_x.to(dtype)), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
