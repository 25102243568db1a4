"""Averages support and query embeddings together into the prototypes.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    z = embed(torch.cat([support_x, query_x]))
    prototypes, classes = class_prototypes(z, torch.cat([support_y, query_y]))
    logits = -(torch.cdist(z[len(support_x) :], prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
