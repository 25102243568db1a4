"""Looks for the labels as float32, which has one number for 16777216 and 16777217.

caught by: episode_loss/labels_are_only_names
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes.float(), query_y.float())
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
