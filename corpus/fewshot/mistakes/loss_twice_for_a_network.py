"""Doubles the loss where `embed` is a network.

caught by: episode_loss/a_network_is_like_a_function
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    factor = 2 if hasattr(embed, "parameters") else 1
    return factor * F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
