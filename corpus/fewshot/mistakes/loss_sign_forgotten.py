"""Mean log-probability without the minus.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
named: forgets the minus in front of the mean log-probability
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    p = class_probabilities(embed(query_x), prototypes)
    mine = p[query_y[:, None] == classes]
    accuracy = (classes[p.argmax(1)] == query_y).float().mean()
    return torch.log(mine).mean(), accuracy
