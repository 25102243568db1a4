"""Subtracts the mean of the support set from the inputs, in place.

caught by: episode_loss/inputs_and_mode_stay
named: writes into the inputs that it was given: it moves them by the mean of the support set
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    support_x -= support_x.mean()  # ready for the next use
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
