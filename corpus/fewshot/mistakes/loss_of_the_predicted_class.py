"""Takes the probability of the predicted class instead of the true one.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    best, column = class_probabilities(embed(query_x), prototypes).max(dim=1)
    return -best.log().mean(), (classes[column] == query_y).float().mean()
