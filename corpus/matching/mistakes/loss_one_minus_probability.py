"""Takes one minus the probability of the right class.

caught by: matching_loss/plain_episodes_have_the_right_loss
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = (1 - p.gather(1, targets.unsqueeze(1))).mean()
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
