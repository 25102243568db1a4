"""Gives probabilities to cross_entropy, which expects logits.

caught by: episode_loss/loss_is_the_mean_negative_log_probability
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    probabilities = class_probabilities(embed(query_x), prototypes)
    target = torch.searchsorted(classes, query_y)
    loss = F.cross_entropy(probabilities, target)
    accuracy = (probabilities.argmax(1) == target).float().mean()
    return loss, accuracy
