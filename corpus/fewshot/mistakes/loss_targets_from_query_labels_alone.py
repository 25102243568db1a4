"""Numbers the query labels by themselves: wrong where a support class has no query.

caught by: episode_loss/counts_may_differ
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, _ = class_prototypes(embed(support_x), support_y)
    _, target = torch.unique(query_y, return_inverse=True)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()
