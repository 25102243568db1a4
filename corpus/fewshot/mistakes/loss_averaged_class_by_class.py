"""Averages over the queries of each class, and then over the classes.

caught by: episode_loss/counts_may_differ
named: averages over the queries of each class, and then over the classes
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    each = F.cross_entropy(logits, y, reduction="none")
    means = [each[y == k].mean() for k in y.unique()]
    return torch.stack(means).mean(), (logits.argmax(1) == y).float().mean()
