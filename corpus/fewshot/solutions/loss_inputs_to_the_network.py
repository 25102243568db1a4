"""Asks a network for its device and moves the inputs there, where they are already."""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    if isinstance(embed, nn.Module):
        device = next(embed.parameters()).device
        support_x, support_y, query_x, query_y = (
            each.to(device) for each in (support_x, support_y, query_x, query_y)
        )
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
