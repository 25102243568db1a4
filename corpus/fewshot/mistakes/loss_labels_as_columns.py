"""Takes the labels themselves as columns, which works for 0 ... c-1 only.

caught by: episode_loss/labels_are_only_names
named: takes the labels themselves as columns, which works for 0 ... c-1 only
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, _ = class_prototypes(embed(support_x), support_y)
    log_p = F.log_softmax(-(torch.cdist(embed(query_x), prototypes) ** 2), dim=1)
    return F.nll_loss(log_p, query_y), (log_p.argmax(1) == query_y).float().mean()
