"""Adds a penalty on the weights where `embed` is a network.

caught by: episode_loss/a_network_is_like_a_function
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    loss = F.cross_entropy(logits, y)
    if isinstance(embed, nn.Module):
        loss = loss + 1e-2 * sum(p.square().sum() for p in embed.parameters())
    return loss, (logits.argmax(1) == y).float().mean()
