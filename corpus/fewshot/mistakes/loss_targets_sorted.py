"""Sorts the query labels but not the queries.

caught by: episode_loss/item_order_does_not_matter
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    p = class_probabilities(embed(query_x), prototypes)
    y = torch.searchsorted(classes, query_y.sort().values)
    loss = -p[torch.arange(len(y)), y].log().mean()
    return loss, (p.argmax(1) == y).float().mean()
