"""Prototypes in order of appearance, targets by ascending label.

caught by: episode_loss/item_order_does_not_matter
named: lists prototypes in the order of appearance and targets by ascending label
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    z = embed(support_x)
    groups = {}
    for vector, y in zip(z, support_y.tolist()):
        groups.setdefault(y, []).append(vector)
    prototypes = torch.stack([torch.stack(g).mean(0) for g in groups.values()])
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    target = torch.searchsorted(support_y.unique(), query_y)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()
