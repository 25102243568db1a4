"""Label smoothing that nobody asked for.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
named: smooths the labels
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y, label_smoothing=0.1), (logits.argmax(1) == y).float().mean()
