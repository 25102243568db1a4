"""Logarithm to base ten.

caught by: episode_loss/plain_episodes_have_the_right_loss
named: takes logarithms to base ten
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    p = class_probabilities(embed(query_x), prototypes)
    y = torch.searchsorted(classes, query_y)
    loss = -torch.log10(p[torch.arange(len(y)), y]).mean()
    return loss, (p.argmax(1) == y).float().mean()
