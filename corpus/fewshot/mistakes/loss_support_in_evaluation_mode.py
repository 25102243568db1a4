"""Puts a network into evaluation mode for the support set, and back.

caught by: episode_loss/a_network_is_like_a_function
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    was = getattr(embed, "training", False)
    if was:
        embed.eval()
    support = embed(support_x)
    if was:
        embed.train()
    prototypes, classes = class_prototypes(support, support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
