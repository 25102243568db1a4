"""Puts the network into evaluation mode and leaves it there.

caught by: episode_loss/inputs_and_mode_stay
named: leaves the network in evaluation mode
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    if isinstance(embed, nn.Module):
        embed.eval()
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
