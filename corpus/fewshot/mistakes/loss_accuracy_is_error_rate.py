"""Returns the share of misses.

caught by: episode_loss/accuracy_is_the_share_of_hits
named: returns the share of misses in place of the share of hits
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) != y).float().mean()
