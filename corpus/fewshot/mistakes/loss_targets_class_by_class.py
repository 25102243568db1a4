"""Builds the targets anew as if the queries came class by class.

caught by: episode_loss/item_order_does_not_matter
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    n_way = len(classes)
    n_query = -(-len(query_y) // n_way)
    target = torch.arange(n_way).repeat_interleave(n_query)[: len(query_y)].to(query_y.device)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()
