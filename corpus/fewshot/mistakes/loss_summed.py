"""Sums over the queries instead of averaging.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    zs, zq = embed(support_x), embed(query_x)
    classes = torch.unique(support_y)
    protos = torch.stack([zs[support_y == c].mean(0) for c in classes])
    logits = -torch.cdist(zq, protos).square()
    y = torch.searchsorted(classes, query_y)
    loss = F.cross_entropy(logits, y, reduction="sum")
    return loss, (logits.argmax(1) == y).float().mean()
