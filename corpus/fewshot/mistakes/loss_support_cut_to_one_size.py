"""Takes as many support items of every class as the smallest one has.

caught by: episode_loss/counts_may_differ
named: takes as many support items of every class as the smallest one has
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    z = embed(support_x)
    classes, counts = support_y.unique(return_counts=True)
    prototypes = torch.stack([z[support_y == c][: int(counts.min())].mean(0) for c in classes])
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
