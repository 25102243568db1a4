"""Embeds the support set under no_grad where `embed` is a network.

caught by: episode_loss/a_network_is_like_a_function
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    with torch.set_grad_enabled(not isinstance(embed, nn.Module)):
        support = embed(support_x)
    prototypes, classes = class_prototypes(support, support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
