"""Writes column numbers into the caller's query labels.

caught by: episode_loss/inputs_and_mode_stay
named: writes into the query labels that it was given
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    query_y[:] = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, query_y), (logits.argmax(1) == query_y).float().mean()
