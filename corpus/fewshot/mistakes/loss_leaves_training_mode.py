"""Ends with a call of train(), whatever the mode was before.

caught by: episode_loss/inputs_and_mode_stay
named: leaves the network in training mode
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    loss, accuracy = F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
    if hasattr(embed, "train"):
        embed.train()
    return loss, accuracy
